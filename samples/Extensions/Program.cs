using Extensions;

// Each file shows one extension point with all that belongs to it: it starts a server, calls it, and tells the effect.
Console.WriteLine($"Filter:         {await FilterSample.RunAsync()}");
Console.WriteLine($"Formatter:      {await FormatterSample.RunAsync()}");
Console.WriteLine($"Authentication: {await AuthenticationSample.RunAsync()}");
Console.WriteLine($"Naming:         {await NamingSample.RunAsync()}");
Console.WriteLine($"Errors:         {await ErrorsSample.RunAsync()}");
