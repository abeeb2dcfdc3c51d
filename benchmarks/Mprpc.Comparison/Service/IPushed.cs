namespace Mprpc.Comparison.Service;

/// <summary>What a client serves that the server sends messages to.</summary>
[MprpcService]
internal interface IPushed
{
    void Push(byte[] data);
}
