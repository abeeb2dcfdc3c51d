using Mprpc.CompilerServices;

namespace Mprpc.Streams;

/// <summary>How items are encoded, and how large they may be.</summary>
internal interface IItemEncoding
{
    /// <summary>How values are encoded.</summary>
    MprpcSerializerOptions Serializer { get; }

    /// <summary>How large a message may be that is sent.</summary>
    int MaxSendMessageSize { get; }

    /// <summary>How deep a message may nest that is sent.</summary>
    int MaxSendDepth { get; }
}
