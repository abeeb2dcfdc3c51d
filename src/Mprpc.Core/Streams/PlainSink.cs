using Mprpc.CompilerServices;

namespace Mprpc.Streams;

/// <summary>Lets items be collected that go over no connection yet: what a message may have is looked at when it is sent.</summary>
internal sealed class PlainSink(MprpcSerializerOptions serializer) : IItemEncoding
{
    public MprpcSerializerOptions Serializer => serializer;

    public int MaxSendMessageSize => int.MaxValue;

    public int MaxSendDepth => int.MaxValue;
}
