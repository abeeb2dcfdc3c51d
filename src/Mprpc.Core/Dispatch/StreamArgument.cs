namespace Mprpc.CompilerServices;

/// <summary>A stream, whose items the method alone reads: filters see null in its place.</summary>
internal sealed class StreamArgument<TItem>(string schema) : MprpcArgument(typeof(IAsyncEnumerable<TItem>), schema, defaultValue: null)
{
    internal override object? Read(ref MprpcReader reader)
    {
        reader.Read<NoValue>();
        return null;
    }

    // A stream of none; another value is not a stream.
    internal override bool TryWrite(MprpcWriter writer, object? value)
    {
        if (value is not null)
        {
            return false;
        }

        writer.WriteNil();
        return true;
    }
}
