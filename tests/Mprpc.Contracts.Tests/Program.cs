using Mprpc.Contracts.Tests.Kit;
using Xunit.Runner.InProc.SystemConsole;

// What may end a process runs in one of its own, which is this program again.
return args is [GraphRun.Command, .. string[] arguments] ? await GraphRun.RunAsync(arguments) : await ConsoleRunner.Run(args);
