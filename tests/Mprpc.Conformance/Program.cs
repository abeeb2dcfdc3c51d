using Mprpc.Conformance;

return await ReportCommand.RunAsync(args, Console.Out, Console.Error);
