namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A type of the matrix.</summary>
internal abstract class Row(string name, string hex)
{
    public string Name => name;

    /// <summary>The value on the wire.</summary>
    public string Hex => hex;

    /// <summary>Sends the value in every place.</summary>
    /// <returns>What did not arrive as it was, by place.</returns>
    public abstract Task<List<string>> FindWrongAsync();

    /// <summary>Reads the value from bytes that another language has written.</summary>
    /// <returns>Whether it is the same.</returns>
    public abstract bool IsReadFrom(byte[] bytes);
}
