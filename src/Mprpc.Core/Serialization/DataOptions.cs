using MessagePack;

namespace Mprpc.Serialization;

/// <summary>MessagePack's options as we give them to formatters: whatever formatter is asked, a type that a peer names is not loaded.</summary>
internal sealed class DataOptions : MessagePackSerializerOptions
{
    public DataOptions(MessagePackSerializerOptions options)
        : base(options)
    {
    }

    // The one place where MessagePack's typeless formatters look a name up.
    public override Type LoadType(string typeName)
        => throw new MessagePackSerializationException("A type that the peer names is not loaded. Declare the type in the contract.");

    protected override MessagePackSerializerOptions Clone() => new DataOptions(this);
}
