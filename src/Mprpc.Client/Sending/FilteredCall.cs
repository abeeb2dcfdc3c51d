using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>A call or a notification on its way through the filters, which may send it several times, or not at all.</summary>
internal abstract class FilteredCall : MprpcClientInvocation
{
    private readonly byte[] _written;       // method and arguments; the writer that they came in belongs to the first attempt
    private readonly int _nameEnd;
    private readonly CallArguments _arguments;
    private MprpcWriter? _request;
    private int _levels;

    protected FilteredCall(FilteredSender sender, string method, MprpcWriter request, MprpcCallOptions options)
    {
        Sender = sender;
        Method = method;
        Options = options;
        _request = request;
        _levels = request.Levels;
        _written = request.WrittenSpan.ToArray();
        MessagePackHead.TryReadBytes(_written, out int head, out int length);
        _nameEnd = head + length;
        ReadOnlySpan<byte> values = _written.AsSpan(_nameEnd);
        long count = values[0] & 0x0f;
        int size = values[0] < 0xa0 ? 1 : MessagePackHead.Read(values, out _, out count);
        _arguments = new CallArguments(_written, _nameEnd + size, (int)count, sender.Serializer);
    }

    public sealed override string Method { get; }

    public sealed override MprpcCallOptions Options { get; set; }

    public sealed override int ArgumentCount => _arguments.Count;

    protected FilteredSender Sender { get; }

    /// <summary>Sends it, with the options and arguments that it has now.</summary>
    public abstract ValueTask SendAsync();

    public sealed override T GetArgument<T>(int index)
    {
        T value = _arguments.Get<T>(index, Method, out string? expected);
        return expected is null
            ? value
            : throw new MessagePackSerializationException($"Argument {index} of the call of '{Method}' is not {ExpectedShape.Of(expected)}.");
    }

    public sealed override void SetArgument<T>(int index, T value)
        => _levels = Math.Max(_levels, _arguments.Set(index, value, Method, int.MaxValue, declared: []));

    /// <summary>Gives back what was never sent.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _request, null) is { } request)
        {
            MprpcCallInvoker.Drop(request);
        }
    }

    /// <summary>The method and the arguments as they are now, for one attempt.</summary>
    protected MprpcWriter Write()
    {
        if (!_arguments.IsChanged && Interlocked.Exchange(ref _request, null) is { } first)
        {
            return first;
        }

        MprpcWriter request = Sender.BeginCall();

        try
        {
            if (_arguments.IsChanged)
            {
                request.WriteEncoded(_written.AsSpan(0, _nameEnd));
                _arguments.WriteTo(request);
            }
            else
            {
                request.WriteEncoded(_written);
            }

            request.Levels = _levels;
            return request;
        }
        catch
        {
            MprpcCallInvoker.Drop(request);
            throw;
        }
    }
}
