using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.Fuzz.Targets;

/// <summary>A whole connection that serves methods of many types: each request is answered once or ends it, and what is answered is a message.</summary>
internal sealed class BinderTarget : FuzzTarget
{
    private const int MaxSize = 64 * 1024;
    private const int MaxDepth = 64;
    // An answer that says what was wrong: its text is made, written and forgotten.
    private const int BytesForEachMessage = 512;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private readonly Dispatcher _dispatcher = new(
        new MethodTable(ServiceModel.Build(new InstanceTarget<FuzzService>(new FuzzService()), MprpcNamingPolicy.SnakeCase, null)),
        MprpcSerializerOptions.Default,
        MprpcErrorShape.Message,
        enableDetailedErrors: true);

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        var answers = new MemoryStream();
        var connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = "fuzz",
            Transport = new Transport(
                PipeReader.Create(new ReadOnlySequence<byte>(input.ToArray())), PipeWriter.Create(answers, new StreamPipeWriterOptions(leaveOpen: true))),
            AbortTransport = static () => { },
            Limits = new ConnectionLimits(MaxSize, MaxDepth, 1000, "Options")
            {
                PartialMessageTimeout = TimeSpan.MaxValue,
                WriteTimeout = TimeSpan.MaxValue,
                HalfCloseTimeout = TimeSpan.MaxValue,
            },
            Logger = NullLogger.Instance,
            Handler = _dispatcher,
        });
        Task<Exception?> running = connection.RunAsync();
        Require(running.Wait(s_longest), $"It does not end.");
        Exception? end = running.Result;
        Require(end is null or MprpcProtocolException, $"It ends with {end}");

        _ = CountMessages(input, out int requests);
        int responses = CountResponses(answers.GetBuffer().AsSpan(0, (int)answers.Length));

        // A message that ends the connection also ends the calls that still run, as one does that has lost the loop to another thread.
        Require(end is null ? requests == responses : responses <= requests, $"{requests} requests, {responses} responses; the end: {end?.Message}");
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => base.MostAllocated(input) + ((long)BytesForEachMessage * CountMessages(input, out _));

    /// <summary>The messages before the first thing that ends the connection.</summary>
    private static int CountMessages(ReadOnlySpan<byte> bytes, out int requests)
    {
        var scanner = new FrameScanner(MaxSize, MaxDepth);
        int messages = 0;
        requests = 0;

        while (scanner.Scan(bytes, out int length) == FrameStatus.Complete && MessageHead.TryRead(bytes[..length], out MessageHead head))
        {
            messages++;
            requests += head.Kind == MessageKind.Request ? 1 : 0;
            bytes = bytes[length..];
        }

        return messages;
    }

    private static int CountResponses(ReadOnlySpan<byte> bytes)
    {
        var scanner = new FrameScanner(int.MaxValue, 1000);
        int responses = 0;

        while (!bytes.IsEmpty)
        {
            FrameStatus status = scanner.Scan(bytes, out int length);
            bool isMessage = status == FrameStatus.Complete && MessageHead.TryRead(bytes[..length], out MessageHead head) && head.Kind == MessageKind.Response;
            Require(isMessage, $"What it sends is no response: {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 40)])}");
            responses++;
            bytes = bytes[length..];
        }

        return responses;
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
