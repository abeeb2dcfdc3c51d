using System.ComponentModel.DataAnnotations;
using MessagePack;
using Microsoft.AspNetCore.Mvc;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>What filters see of parameters and arguments, by the method's declaration.</summary>
public sealed class FilterArgumentTests
{
    [Theory]
    [InlineData(typeof(Orders))]
    [InlineData(typeof(Hidden))]
    public async Task Parameters_OfAMethod_AreThoseOnTheWire(Type service)
    {
        IReadOnlyList<MprpcParameterInfo> parameters = [];
        await using RpcHost host = await StartAsync(service, (call, next) =>
        {
            parameters = call.Parameters;
            return next(call);
        });
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<string>("place", 1, new Order("x", null)).InTime();

        Assert.Equal(
            [
                ("count", typeof(int), false, false, null), ("order", typeof(Order), false, false, null), ("color", typeof(Color?), true, false, Color.Blue),
                ("at", typeof(DateTime), true, false, default(DateTime)), ("notes", typeof(string[]), false, true, (object?)null),
            ],
            parameters.Select(parameter => (parameter.Name, parameter.Type, parameter.IsOptional, parameter.TakesRest, parameter.DefaultValue)));
        Assert.Equal(9, parameters[0].Attributes.OfType<RangeAttribute>().Single().Maximum);
        Assert.Empty(parameters[2].Attributes.OfType<ValidationAttribute>());
    }

    [Theory]
    [InlineData(typeof(Orders))]
    [InlineData(typeof(Hidden))]
    public async Task GetArgument_ByDeclaration_GivesWhatTheMethodGets(Type service)
    {
        List<object?> seen = [];
        await using RpcHost host = await StartAsync(service, (call, next) =>
        {
            seen = [.. Enumerable.Range(0, call.Parameters.Count).Select(call.GetArgument)];
            return next(call);
        });
        await using MprpcClient client = host.CreateClient();
        var order = new Order("x", [1, 2]);

        string left = await client.CallAsync<string>("place", 3, order).InTime();
        List<object?> ofDefaults = seen;
        string all = await client.CallAsync<string>("place", 3, order, Color.Red, DateTime.UnixEpoch, "a", "b").InTime();

        Assert.Equal("3 x 2 Blue 1 ", left);
        Assert.Equal([3, "x", Color.Blue, default(DateTime), ""], Described(ofDefaults));
        Assert.Equal("3 x 2 Red 1970 a,b", all);
        Assert.Equal([3, "x", Color.Red, DateTime.UnixEpoch, "a,b"], Described(seen));
        Assert.IsType<Order>(seen[1]);
    }

    [Theory]
    [InlineData("92 a178 80")]                                  // no number
    [InlineData("92 03 81 a55061727473 91 a178")]               // no number in the order
    [InlineData("93 03 80 a178")]                               // no color
    [InlineData("95 03 80 c0 d6ff00000000 01")]                 // no text among the rest
    [InlineData("91 03")]                                       // too few
    [InlineData("05")]                                          // no array
    public async Task GetArgument_OfWhatCannotBeRead_AnswersAsWithoutTheFilter(string parameters)
    {
        foreach (Type service in new[] { typeof(Orders), typeof(Hidden) })
        {
            foreach (MprpcErrorShape shape in new[] { MprpcErrorShape.Message, MprpcErrorShape.Map, MprpcErrorShape.CodeAndMessage })
            {
                int calls = 0;
                await using RpcHost plain = await StartAsync(service, (call, next) => next(call), shape);
                await using RpcHost filtered = await StartAsync(
                    service,
                    (call, next) =>
                    {
                        calls++;
                        _ = Enumerable.Range(0, call.Parameters.Count).Select(call.GetArgument).ToList();
                        return next(call);
                    },
                    shape);

                Assert.Equal(await AnswerAsync(plain, parameters), await AnswerAsync(filtered, parameters));
                Assert.Equal(1, calls);
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public async Task GetArgument_OfNoParameter_Throws(int index)
    {
        Exception? thrown = null;
        await using RpcHost host = await StartAsync(typeof(Orders), (call, next) =>
        {
            thrown = Record.Exception(() => call.GetArgument(index));
            return next(call);
        });
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<string>("place", 1, new Order("x", null), null, DateTime.UnixEpoch, "a", "b").InTime();

        Assert.IsType<ArgumentOutOfRangeException>(thrown);
        Assert.Contains($"has no parameter {index}; allowed are 0 to 4", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(Orders))]
    [InlineData(typeof(Hidden))]
    public async Task GetArgument_OfAnObjectThatAFilterChanges_LeavesTheMethodsOwn(Type service)
    {
        await using RpcHost host = await StartAsync(service, (call, next) =>
        {
            var order = (Order)call.GetArgument(1)!;
            order.Parts![0] = 100;
            Assert.Equal(1, ((Order)call.GetArgument(1)!).Parts![0]);
            return next(call);
        });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(1, await client.CallAsync<int>("first_part", 0, new Order("x", [1, 2])).InTime());
    }

    [Theory]
    [InlineData(typeof(Orders))]
    [InlineData(typeof(Hidden))]
    public async Task SetArgument_OfWhatGetArgumentGave_IsWhatTheMethodSees(Type service)
    {
        await using RpcHost host = await StartAsync(service, (call, next) =>
        {
            if (call.Context.Method == "area")
            {
                call.SetArgument(0, call.GetArgument(0));
                return next(call);
            }

            call.SetArgument(1, (Order)call.GetArgument(1)! with { Name = "changed" });
            call.SetArgument(4, "c");
            Assert.Equal(["c", "b"], (string[])call.GetArgument(4)!);
            return next(call);
        });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("3 changed 0 null 1970 c,b", await client.CallAsync<string>("place", 3, new Order("x", null), null, DateTime.UnixEpoch, "a",
            "b").InTime());
        Assert.Equal(2, await client.CallAsync<double>("area", MprpcRaw.From<Shape>(new Square { Side = 2 })).InTime());
    }

    [Fact]
    public async Task Attributes_OfContractAndClass_AreSeenTogether()
    {
        await AssertSeenAsync<Contracted>();
        await AssertSeenAsync<HiddenContracted>();

        static async Task AssertSeenAsync<T>()
            where T : class
        {
            IReadOnlyList<Attribute> attributes = [];
            await using RpcHost host = await StartAsync(typeof(T), (call, next) =>
            {
                attributes = [.. call.Parameters[0].Attributes.Where(attribute => attribute is ValidationAttribute)];
                return next(call);
            });
            await using MprpcClient client = host.CreateClient();

            await client.CallAsync("note", "text").InTime();

            Assert.Equal([typeof(RequiredAttribute), typeof(StringLengthAttribute)], attributes.Select(attribute => attribute.GetType()));
        }
    }

    [Fact]
    public async Task Attributes_OfAnOverride_AreInheritedOnce()
    {
        IReadOnlyList<Attribute> attributes = [];
        await using RpcHost host = await StartAsync(typeof(Derived), (call, next) =>
        {
            attributes = call.Parameters[0].Attributes;
            return next(call);
        });
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync("count", 1).InTime();

        Assert.Equal(5, Assert.IsType<RangeAttribute>(Assert.Single(attributes)).Maximum);
    }

    private static IEnumerable<object?> Described(IEnumerable<object?> seen)
        => seen.Select(value => value switch
        {
            Order order => order.Name,
            string[] notes => string.Join(',', notes),
            _ => value,
        });

    private static async Task<string> AnswerAsync(RpcHost host, string parameters)
    {
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync($"94 00 01 a5 706c616365 {parameters}");
        return await peer.ReadMessageAsync();
    }

    private static Task<RpcHost> StartAsync(
        Type service, Func<MprpcInvocation, MprpcFilterDelegate, ValueTask> filter, MprpcErrorShape shape = MprpcErrorShape.Message)
        => RpcHost.StartAsync(
            builder => builder.Services.AddSingleton<Trace>().AddMprpc().AddFilter(filter),
            app => Map(app, service).WithEndpoint(endpoint => endpoint.ErrorShape = shape));

    private static IMprpcServiceConventionBuilder Map(WebApplication app, Type service)
        => service == typeof(Orders) ? app.MapMprpcService<Orders>(0)
            : service == typeof(Hidden) ? app.MapMprpcService<Hidden>(0)
            : service == typeof(Contracted) ? app.MapMprpcService<Contracted>(0)
            : service == typeof(HiddenContracted) ? app.MapMprpcService<HiddenContracted>(0)
            : app.MapMprpcService<Derived>(0);

    internal enum Color
    {
        Red,
        Blue,
    }

    internal sealed record Order(string? Name, int[]? Parts);

    [Union(0, typeof(Square))]
    public abstract class Shape;

    [MessagePackObject]
    public sealed class Square : Shape
    {
        [MessagePack.Key(0)]
        public double Side { get; set; }
    }

    internal class Orders
    {
        public string Place(
            [Range(1, 9)] int count, [FromServices] Trace trace, Order order, MprpcCallContext context, Color? color = Color.Blue, DateTime at = default,
            CancellationToken stop = default, params string[] notes)
            => $"{count} {order.Name} {order.Parts?.Length ?? 0} {color?.ToString() ?? "null"} {at.Year} {string.Join(',', notes)}";

        public int FirstPart(int none, Order order) => order.Parts![0];

        public double Area(Shape shape) => ((Square)shape).Side;
    }

    /// <summary>Private, so that no generator reaches it.</summary>
    private sealed class Hidden : Orders;

    [MprpcService]
    internal interface IContracted
    {
        void Note([Required] string text);
    }

    internal sealed class Contracted : IContracted
    {
        public void Note([StringLength(9)] string other)
        {
        }
    }

    private sealed class HiddenContracted : IContracted
    {
        void IContracted.Note([StringLength(9)] string text)
        {
        }
    }

    internal abstract class Base
    {
        public virtual int Count([Range(1, 5)] int number) => number;
    }

    internal sealed class Derived : Base
    {
        public override int Count(int other) => other;
    }
}
