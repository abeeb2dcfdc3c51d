using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>Reads a value, or makes the reader fail. For generated code.</summary>
/// <typeparam name="T">Its declared type.</typeparam>
/// <param name="reader">Where from.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate T MprpcValueReader<T>(ref MprpcReader reader);
