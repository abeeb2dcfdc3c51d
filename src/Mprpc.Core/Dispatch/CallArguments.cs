using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>The arguments of a call that filters may read and replace, as the bytes that the peer sent. They are taken apart only when a filter asks.</summary>
internal sealed class CallArguments(byte[] message, int start, int count, MprpcSerializerOptions serializer)
{
    private List<ReadOnlyMemory<byte>>? _values;
    private readonly ReadOnlyMemory<byte> _message = message;
    private ReadOnlyMemory<byte> _changed;
    private bool _isChanged;

    public int Count => _values?.Count ?? count;

    /// <exception cref="MprpcException">The value is of another type.</exception>
    public T Get<T>(int index, RpcMethod method)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        CheckIndex(index, values.Count, method);
        var reader = new MprpcReader(values[index], position: 0, count: 1, serializer, loop: null);
        T value = reader.Read<T>();
        return reader.Failed ? throw Unreadable(index, method, ref reader) : value;
    }

    /// <summary>Reads a parameter as the method will.</summary>
    /// <exception cref="MprpcException">The value is of another type.</exception>
    public object? Get(int index, RpcMethod method)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        IReadOnlyList<MprpcArgument> declared = method.Description.Details.Arguments;

        if (index < 0 || index >= declared.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"Method '{method.WireName}' has no parameter {index}; {AllowedUpTo(declared.Count)}.");
        }

        if (index >= values.Count)
        {
            return declared[index].LeftOut;
        }

        ReadOnlyMemory<byte> sent = method.Description.Parameters[index].IsRest ? Join(index) : values[index];
        var reader = new MprpcReader(sent, position: 0, values.Count - index, serializer, loop: null);
        object? value = declared[index].Read(ref reader);
        return reader.Failed ? throw Unreadable(index, method, ref reader) : value;
    }

    public void Set<T>(int index, T value, RpcMethod method)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        CheckIndex(index, Math.Min(values.Count + 1, method.Description.MaxParameters), method);
        MprpcWriter writer = MprpcWriter.Rent(serializer, reserved: 0, SendLimit.OfArgument);

        try
        {
            // Declared as a base type with [Union], say, a value is not written as its own type.
            if (typeof(T) != typeof(object) || !TryWriteAsDeclared(writer, index, value, method))
            {
                writer.Write(value);
            }

            byte[] written = writer.WrittenSpan.ToArray();

            if (index == values.Count)
            {
                values.Add(written);
            }
            else
            {
                values[index] = written;
            }

            _isChanged = true;
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }

    /// <summary>The arguments as the method is to read them.</summary>
    public MprpcReader Read()
    {
        if (!_isChanged)
        {
            return new MprpcReader(_message, start, count, serializer, loop: null);
        }

        _changed = Join(from: 0);
        return new MprpcReader(_changed, position: 0, _values!.Count, serializer, loop: null);
    }

    private byte[] Join(int from)
    {
        byte[] joined = new byte[_values!.Skip(from).Sum(value => value.Length)];
        int position = 0;

        foreach (ReadOnlyMemory<byte> value in _values!.Skip(from))
        {
            value.Span.CopyTo(joined.AsSpan(position));
            position += value.Length;
        }

        return joined;
    }

    private static bool TryWriteAsDeclared(MprpcWriter writer, int index, object? value, RpcMethod method)
    {
        IReadOnlyList<MprpcArgument> declared = method.Description.Details.Arguments;
        return declared.Count > 0 && declared[Math.Min(index, declared.Count - 1)].TryWrite(writer, value);
    }

    private static InvalidArgumentsException Unreadable(int index, RpcMethod method, ref MprpcReader reader)
        => new(CallAnswers.DescribeParameter(method, method.Description, index + reader.FailedIndex, reader.Expected));

    private List<ReadOnlyMemory<byte>> Values()
    {
        if (_values is not null)
        {
            return _values;
        }

        _values = new List<ReadOnlyMemory<byte>>(count);
        int position = start;

        for (int i = 0; i < count; i++)
        {
            // The whole message has been scanned, so that its values are known to be complete and not too deep.
            var scanner = new FrameScanner(_message.Length, int.MaxValue);
            scanner.Scan(_message.Span[position..], out int length);
            _values.Add(_message.Slice(position, length));
            position += length;
        }

        return _values;
    }

    private static void CheckIndex(int index, int end, RpcMethod method)
    {
        if (index < 0 || index >= end)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"Method '{method.WireName}' has no argument {index} in this call; {AllowedUpTo(end)}.");
        }
    }

    private static string AllowedUpTo(int end) => end == 0 ? "there are none" : $"allowed are 0 to {end - 1}";
}
