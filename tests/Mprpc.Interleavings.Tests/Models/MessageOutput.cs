using Mprpc.CompilerServices;

#pragma warning disable IDE0130 // stands in for the class of this name
namespace Mprpc.Connections;

/// <summary>Stands in for the output of a connection: it keeps what it is given.</summary>
internal sealed class MessageOutput
{
    public bool IsClosed { get; set; }

    public List<MprpcWriter> Sent { get; } = [];

    public bool TrySend(MprpcWriter message)
    {
        if (IsClosed)
        {
            return false;
        }

        Sent.Add(message);
        return true;
    }
}
