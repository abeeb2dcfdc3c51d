using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>MPRPC021: a result through many clients is told in the editor, wherever it stands.</summary>
public sealed class TargetCallTests
{
    [Theory]
    [InlineData("await clients.All.ConfirmAsync();", "All")]
    [InlineData("await clients.AllExcept([\"a\"]).ConfirmAsync();", "AllExcept")]
    [InlineData("await clients.Group(\"a\").ConfirmAsync();", "Group")]
    [InlineData("await clients.Group([\"a\", \"b\"]).ConfirmAsync();", "Group")]
    [InlineData("await clients.Users([\"a\"]).ConfirmAsync();", "Users")]
    [InlineData("await clients.Group(\"a\").With(new MprpcCallOptions()).ConfirmAsync();", "Group")]
    [InlineData("var group = clients.Group(\"a\"); group.Show(); await group.ConfirmAsync();", "Group")]
    [InlineData("await ((IScreen)clients.All).ConfirmAsync();", "All")]
    [InlineData("await clients.All.WaitAsync();", "All")]
    [InlineData("clients.All.Show(); clients.Group(\"a\").Show();", null)]
    [InlineData("await clients.Single(\"a\").ConfirmAsync();", null)]
    [InlineData("await clients.User(\"a\").ConfirmAsync();", null)]
    [InlineData("await foreach (var reply in clients.AskAsync(clients.All, screen => screen.ConfirmAsync(), TimeSpan.MaxValue)) { }", null)]
    [InlineData("IScreen one = clients.All; one = clients.Single(\"a\"); await one.ConfirmAsync();", null)]
    [InlineData("clients.All.ToString();", null)]
    [InlineData("await new Other().Group(\"a\").ConfirmAsync();", null)]
    public async Task Call_OfAMethodWithAResult_IsToldWhereTheReceiverIsMany(string statements, string? through)
    {
        List<Diagnostic> found = await Source.AnalyzeAsync($$"""
            [MprpcService]
            public interface IScreen
            {
                void Show();

                ValueTask<bool> ConfirmAsync();

                Task WaitAsync();
            }

            public sealed class Other
            {
                public IScreen Group(string name) => throw new NotSupportedException(name);
            }

            public static class Program
            {
                public static async Task RunAsync(Mprpc.AspNetCore.IMprpcClients<IScreen> clients)
                {
                    {{statements}}
                    await Task.Yield();
                }
            }
            """);

        if (through is null)
        {
            Assert.Empty(found);
        }
        else
        {
            Diagnostic diagnostic = Assert.Single(found);
            Assert.Equal("MPRPC021", diagnostic.Id);
            Assert.Contains($"'{through}'", diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }
    }
}
