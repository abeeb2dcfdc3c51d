namespace Mprpc.Tool.Tests.Generation;

/// <summary><c>mprpc generate typescript</c> and <c>python</c>: what they write is compiled, and calls our server.</summary>
public sealed class ScriptTests(ShopHost shop)
{
    [Fact]
    public async Task Python_OfOurServer_CallsIt()
    {
        // The system's own, which python3-msgpack is installed for.
        const string Python = "/usr/bin/python3";
        Requirement.IsMet(
            File.Exists(Python) && await HasMessagePackAsync(Python), "python3-msgpack is not installed; it comes with the package of that name.");
        using var folder = new TemporaryFolder();
        await ToolProcess.OutputAsync("generate", "python", shop.Url, "--name", "Shop", "-o", folder.PathOf("shop.py"));
        await File.WriteAllTextAsync(folder.PathOf("main.py"), PythonMain);

        Assert.Equal("done\n", await ChildProcess.RunAsync(Python, [folder.PathOf("main.py"), shop.Url]));
    }

    [Fact]
    public async Task TypeScript_OfOurServer_IsCompiledAndCallsIt()
    {
        string node = Requirement.Program("node", "nodejs");
        string package = ToolProcess.PathOf("clients", "typescript");
        string modules = Path.Combine(package, "node_modules");
        Requirement.IsMet(
            File.Exists(Path.Combine(modules, ".package-lock.json")), "The packages of clients/typescript are not installed. Run tests/peers/install.sh.");
        using var folder = new TemporaryFolder();
        await ToolProcess.OutputAsync("generate", "typescript", shop.WebSocket, "--name", "Shop", "-o", folder.PathOf("shop.ts"));
        await File.WriteAllTextAsync(folder.PathOf("main.ts"), TypeScriptMain);
        await File.WriteAllTextAsync(folder.PathOf("package.json"), """{ "type": "module" }""");
        await File.WriteAllTextAsync(folder.PathOf("tsconfig.json"), Settings(package));

        // The client's sources, not its package: that is built by tests of its own, at the same time.
        Copy(Path.Combine(package, "src"), folder.PathOf("client"));
        Directory.CreateSymbolicLink(folder.PathOf("node_modules"), modules);

        await using ChildProcess compiler = ChildProcess.Start(node, [Path.Combine(modules, "typescript", "bin", "tsc"), "-p", folder.PathOf("tsconfig.json")]);
        await compiler.WaitForExitAsync(TimeSpan.FromMinutes(5));

        Assert.True(compiler.ExitCode == 0, compiler.Output + compiler.Errors);
        Assert.Equal("done\n", await ChildProcess.RunAsync(node, [folder.PathOf("main.js"), shop.WebSocket]));
    }

    private static async Task<bool> HasMessagePackAsync(string python)
    {
        await using ChildProcess child = ChildProcess.Start(python, ["-c", "import msgpack; assert msgpack.version >= (1, 0)"]);
        await child.WaitForExitAsync();
        return child.ExitCode == 0;
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string Settings(string package) => $$"""
        {
          "extends": "{{package}}/tsconfig.base.json",
          "compilerOptions": {
            "module": "nodenext", "rootDir": ".", "types": ["node"], "paths": { "@mprpc/client": ["./client/index.ts"] }, "typeRoots": ["./node_modules/@types"]
          },
          "include": ["."], "exclude": ["node_modules"]
        }
        """;

    private const string PythonMain = """
        import asyncio, datetime, sys
        from shop import MprpcConnection, MprpcError, Rounding, Shop

        async def main():
            async with await MprpcConnection.open(sys.argv[1]) as connection:
                shop = Shop(connection)
                assert await shop.sum(1, 2) == 3
                assert await shop.sum(1) == 2
                assert await shop.total("ab", 1, 2) == 5
                assert await shop.count(3) == [0, 1, 2]
                order = {"Title": "tea \U0001f375", "Price": 1.5, "Tags": ["a"], "Counts": {"b": 1}, "Due": None}
                assert await shop.price(order, Rounding.Down) == {**order, "Price": 1.0}
                assert await shop.price(order) == {**order, "Price": 2.0}
                assert await shop.move([1.0, 2.0], 0.5) == [1.5, 2.5]
                assert await shop.bytes(b"\x01\x02") == "0102"
                time = datetime.datetime(2026, 11, 28, tzinfo=datetime.timezone.utc)
                assert await shop.later(time) == time + datetime.timedelta(seconds=1)
                await shop.note("python")
                assert await asyncio.gather(*(shop.sum(i, i) for i in range(100))) == [i + i for i in range(100)]
                try:
                    await shop.refuse()
                    assert False
                except MprpcError as error:
                    assert error.error["code"] == "refused" and str(error) == "No.", error.error
            try:
                await shop.sum(1, 2)
                assert False
            except ConnectionError:
                pass
            print("done")

        asyncio.run(main())
        """;

    private const string TypeScriptMain = """
        import { deepStrictEqual, rejects } from "node:assert";
        import { WebSocket } from "ws";
        import { MprpcClient, MprpcError } from "./client/index.js";
        import { Rounding, Shop } from "./shop.js";
        import type { Order } from "./shop.js";

        const client = new MprpcClient(process.argv[2]!, { webSocket: WebSocket });
        const shop = new Shop(client);
        deepStrictEqual(await shop.sum(1, 2), 3);
        deepStrictEqual(await shop.sum(1), 2);
        deepStrictEqual(await shop.total("ab", 1, 2), 5);
        const order: Order = { Title: "tea", Price: 1.5, Tags: ["a"], Counts: { b: 1 }, Due: null };
        deepStrictEqual((await shop.price(order, Rounding.Down)).Price, 1);
        deepStrictEqual((await shop.price(order)).Price, 2);
        deepStrictEqual(await shop.move([1, 2], 0.5), [1.5, 2.5]);
        deepStrictEqual(await shop.bytes(new Uint8Array([1, 2])), "0102");
        deepStrictEqual(await shop.later(new Date(0)), new Date(1000));
        const items: number[] = [];
        for await (const item of shop.count(3)) items.push(item);
        deepStrictEqual(items, [0, 1, 2]);
        await shop.note("typescript");
        await rejects(shop.refuse(), (error) => error instanceof MprpcError && error.code === "refused");
        await rejects(shop.wait(AbortSignal.timeout(50)));
        deepStrictEqual(await new Shop(client.with({ metadata: { tenant: "b" } })).tenant(), "b");
        await client.close();
        console.log("done");
        """;
}
