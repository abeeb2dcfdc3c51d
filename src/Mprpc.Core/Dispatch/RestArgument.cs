namespace Mprpc.CompilerServices;

/// <summary>A params array, which takes all arguments from there on.</summary>
internal sealed class RestArgument<TElement>(string schema) : MprpcArgument(typeof(TElement[]), schema, defaultValue: null)
{
    internal override object? LeftOut => Array.Empty<TElement>();

    internal override object? Read(ref MprpcReader reader) => reader.ReadRest<TElement>();

    // What is set at its place is one of its elements.
    internal override bool TryWrite(MprpcWriter writer, object? value)
    {
        if (value is not TElement element)
        {
            return false;
        }

        writer.Write(element);
        return true;
    }
}
