using System.Collections;
using System.Numerics;
using System.Text;
using System.Text.Json;
using MessagePack;

namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>
/// Types of .NET that arrive also where no contract names them: as what object holds, as an untyped argument, and as the type that a caller asks for.
/// </summary>
internal static class UnnamedTypes
{
    public static IReadOnlyList<string> FindWrong()
    {
        List<string> wrong = [];
        CheckValue((Half)0.5, "CA3F000000");
        CheckValue(new Rune('A'), "41");
        CheckValue(new Complex(1, -1), "92CB3FF0000000000000CBBFF0000000000000");
        CheckValue(new Vector2(1, 0.5f), "92CA3F800000CA3F000000");
        CheckValue(new Vector3(1, 0.5f, 0), "93CA3F800000CA3F000000CA00000000");
        CheckValue(new Vector4(1, 0.5f, 0, 1), "94CA3F800000CA3F000000CA00000000CA3F800000");
        CheckValue(new Quaternion(1, 0.5f, 0, 1), "94CA3F800000CA3F000000CA00000000CA3F800000");
        CheckValue(new Matrix3x2(1, 0, 0, 1, 0, 0), "96CA3F800000CA00000000CA00000000CA3F800000CA00000000CA00000000");
        CheckValue(
            Matrix4x4.Identity,
            "DC0010CA3F800000CA00000000CA00000000CA00000000CA00000000CA3F800000CA00000000CA00000000"
            + "CA00000000CA00000000CA3F800000CA00000000CA00000000CA00000000CA00000000CA3F800000");
        Check(Nil.Default, "C0");
        Check(new Uri("http://a/b"), "AA687474703A2F2F612F62");
        Check(new Version(1, 2, 3), "A5312E322E33");
        Check(new StringBuilder("a"), "A161", text => text.ToString());
        Check(new BitArray([true, false]), "92C3C2", bits => string.Join(',', bits.Cast<bool>()));
        Check(JsonDocument.Parse("[1]"), "9101", json => json.RootElement.ToString());
        Check(new MprpcRaw(new byte[] { 0xd4, 0x07, 0x2a }), "D4072A");
        return wrong;

        void CheckValue<T>(T value, string hex)
            where T : struct
        {
            Check(value, hex);
            Check((T?)value, hex);
        }

        void Check<T>(T value, string hex, Func<T, object>? compared = null)
        {
            try
            {
                compared ??= one => one!;
                string[] written = [Hex(value), Hex<object>(value!), Hex<object[]>([value!])[2..]];
                T read = MprpcRaw.From(value).Deserialize<T>();

                if (written.Any(bytes => bytes != hex) || !compared(read).Equals(compared(value)))
                {
                    wrong.Add($"{typeof(T)}: {string.Join(", ", written)}, read as {read}");
                }
            }
            catch (Exception exception)
            {
                wrong.Add($"{typeof(T)}: {exception.GetType().Name}: {exception.Message} {exception.InnerException?.Message}");
            }
        }
    }

    private static string Hex<T>(T value) => Convert.ToHexString(MprpcRaw.From(value).Memory.Span);
}
