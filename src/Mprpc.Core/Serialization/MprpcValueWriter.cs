using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>Writes a value. For generated code.</summary>
/// <typeparam name="T">Its declared type.</typeparam>
/// <param name="writer">Where to.</param>
/// <param name="value">The value.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate void MprpcValueWriter<T>(MprpcWriter writer, T value);
