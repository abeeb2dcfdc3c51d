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

    /// <param name="index">The position.</param>
    /// <param name="method">The wire name, for errors.</param>
    /// <param name="expected">What the value should have been if it is of another type; else null.</param>
    public T Get<T>(int index, string method, out string? expected)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        CheckIndex(index, values.Count, method);
        var reader = new MprpcReader(values[index], position: 0, count: 1, serializer, loop: null);
        T value = reader.Read<T>();
        expected = reader.Failed ? ExpectedShape.Of(reader.Expected) : null;
        return value;
    }

    /// <param name="index">The position.</param>
    /// <param name="value">The new value.</param>
    /// <param name="method">The wire name, for errors.</param>
    /// <param name="most">How many arguments there may be.</param>
    /// <returns>At most how deep the value nests.</returns>
    public int Set<T>(int index, T value, string method, int most)
    {
        List<ReadOnlyMemory<byte>> values = Values();
        CheckIndex(index, Math.Min(values.Count + 1, most), method);
        MprpcWriter writer = MprpcWriter.Rent(serializer, reserved: 0, SendLimit.OfArgument);

        try
        {
            writer.Write(value);
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

        byte[] changed = new byte[_values!.Sum(value => value.Length)];
        int position = 0;

        foreach (ReadOnlyMemory<byte> value in _values!)
        {
            value.Span.CopyTo(changed.AsSpan(position));
            position += value.Length;
        }

        _changed = changed;
        return new MprpcReader(_changed, position: 0, _values.Count, serializer, loop: null);
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
                nameof(index), index, $"Method '{method}' has no argument {index} in this call; allowed are 0 to {end - 1}.");
        }
    }
}
