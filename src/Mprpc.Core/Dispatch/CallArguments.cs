using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>The arguments of a call that filters may read and replace, as the bytes on the wire. They are taken apart only when a filter asks.</summary>
internal sealed class CallArguments(byte[] message, int start, int count, MprpcSerializerOptions serializer)
{
    private List<ReadOnlyMemory<byte>>? _values;
    private readonly ReadOnlyMemory<byte> _message = message;
    private ReadOnlyMemory<byte> _changed;
    private bool _isChanged;

    public int Count => _values?.Count ?? count;

    /// <summary>Whether one was replaced or added.</summary>
    public bool IsChanged => _isChanged;

    /// <exception cref="MprpcException">The value is of another type.</exception>
    public T Get<T>(int index, RpcMethod method)
    {
        T value = Get<T>(index, method.WireName, out string? expected);
        return expected is null ? value : throw Unreadable(index, method, expected);
    }

    /// <param name="index">The position.</param>
    /// <param name="method">The wire name, for errors.</param>
    /// <param name="expected">What the value should have been if it is of another type; else null.</param>
    public T Get<T>(int index, string method, out string? expected)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        CheckIndex(index, values.Count, method);
        var reader = new MprpcReader(values[index], position: 0, count: 1, serializer, loop: null);
        T value = reader.Read<T>();
        expected = reader.Failed ? reader.Expected : null;
        return value;
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
        return reader.Failed ? throw Unreadable(index + reader.FailedIndex, method, reader.Expected) : value;
    }

    /// <param name="index">The position.</param>
    /// <param name="value">The new value.</param>
    /// <param name="method">The wire name, for errors.</param>
    /// <param name="most">How many arguments there may be.</param>
    /// <param name="declared">The method's parameters, as one of which an <see cref="object"/> is written; none where they are not known.</param>
    /// <returns>At most how deep the value nests.</returns>
    public int Set<T>(int index, T value, string method, int most, IReadOnlyList<MprpcArgument> declared)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        CheckIndex(index, Math.Min(values.Count + 1, most), method);
        MprpcWriter writer = MprpcWriter.Rent(serializer, reserved: 0, SendLimit.OfArgument);

        try
        {
            // Declared as a base type with [Union], say, a value is not written as its own type.
            if (typeof(T) != typeof(object) || !TryWriteAsDeclared(writer, index, value, declared))
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
            return writer.Levels;
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

    /// <summary>Writes the arguments as an array.</summary>
    public void WriteTo(MprpcWriter writer)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        writer.WriteArrayHeader(values.Count);

        foreach (ReadOnlyMemory<byte> value in values)
        {
            writer.WriteEncoded(value.Span);
        }
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

    private static bool TryWriteAsDeclared(MprpcWriter writer, int index, object? value, IReadOnlyList<MprpcArgument> declared)
        => declared.Count > 0 && declared[Math.Min(index, declared.Count - 1)].TryWrite(writer, value);

    private static InvalidArgumentsException Unreadable(int index, RpcMethod method, string expected)
        => new(CallAnswers.DescribeParameter(method, method.Description, index, expected));

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

    private static void CheckIndex(int index, int end, string method)
    {
        if (index < 0 || index >= end)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"Method '{method}' has no argument {index} in this call; {AllowedUpTo(end)}.");
        }
    }

    private static string AllowedUpTo(int end) => end == 0 ? "there are none" : $"allowed are 0 to {end - 1}";
}
