namespace Mprpc.CompilerServices;

/// <inheritdoc/>
internal sealed class MprpcArgument<T>(string schema, T defaultValue) : MprpcArgument(typeof(T), schema, defaultValue)
{
    internal override object? Read(ref MprpcReader reader) => reader.Read<T>();

    internal override bool TryWrite(MprpcWriter writer, object? value)
    {
        if (value is not T && !(value is null && default(T) is null))
        {
            return false;
        }

        writer.Write((T)value!);
        return true;
    }
}
