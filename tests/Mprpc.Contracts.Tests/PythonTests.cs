namespace Mprpc.Contracts.Tests;

/// <summary>The bytes of every type, as python3-msgpack writes and reads them: Python/cases.py says what they mean there.</summary>
public sealed class PythonTests
{
    [Fact]
    public async Task Server_CalledFromPython_AnswersEachTypeAsPythonExpectsIt()
    {
        await Python.RequireAsync();
        await using var host = await ContractHost<ITypes>.StartAsync<Types>();
        await using Python client = Python.StartScript("client.py", $"{host.Address.Port}");

        (int exitCode, string output) = await client.EndAsync();

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Description_ReadByPython_FitsWhatEachMethodTakesAndAnswers()
    {
        await Python.RequireAsync();
        await using var host = await ContractHost<ITypes>.StartAsync<Types>();
        await using Python client = Python.StartScript("describe.py", $"{host.Address.Port}");

        (int exitCode, string output) = await client.EndAsync();

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task TypedClient_OfServerInPython_SendsAndReadsEachTypeAsPythonDoes()
    {
        await Python.RequireAsync();
        await using Python server = Python.StartScript("server.py");
        string port = (await server.ReadLineAsync())!.Split(' ')[1];
        await using ServiceProvider services = Clients.Of<ITypes>($"tcp://127.0.0.1:{port}");
        ITypes client = services.GetRequiredService<ITypes>();
        List<string> wrong = [];

        foreach (TypeCall call in TypeCalls.All)
        {
            try
            {
                await call.CallAsync(client).InTime();
            }
            catch (Exception exception)
            {
                wrong.Add($"{call.Name}: {exception.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
