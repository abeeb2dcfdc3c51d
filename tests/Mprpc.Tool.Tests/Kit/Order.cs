namespace Mprpc.Tool.Tests.Kit;

public record Order(string Title, double Price, List<string> Tags, Dictionary<string, int> Counts, DateTime? Due = null);
