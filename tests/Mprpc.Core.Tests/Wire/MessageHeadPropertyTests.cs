using CsCheck;
using MessagePack;
using Mprpc.Core.Tests.Serialization;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

/// <summary>What is read of a head before its message is whole says what the scanner and the whole message say.</summary>
public sealed class MessageHeadPropertyTests
{
    private const int MaxSize = 1024 * 1024;
    private const int MaxDepth = 64;

    private static readonly Gen<byte[]> s_id = Gen.OneOf(
        Gen.Byte[0, 0x7f].Select(id => (byte[])[id]),
        Gen.Byte.Select(id => (byte[])[MessagePackCode.UInt8, id]),
        Gen.Byte.Array[2].Select(id => (byte[])[MessagePackCode.UInt16, .. id]),
        Gen.Byte.Array[4].Select(id => (byte[])[MessagePackCode.UInt32, .. id]),
        Gen.Byte.Array[8].Select(id => (byte[])[MessagePackCode.UInt64, .. id]),
        Gen.Byte[0xe0, 0xff].Select(id => (byte[])[id]));

    private static readonly Gen<byte[]> s_method = Gen.Byte.Array[0, 40].Select(
        name => name.Length < 32 ? (byte[])[(byte)(MessagePackCode.MinFixStr + name.Length), .. name] : [MessagePackCode.Str8, (byte)name.Length, .. name]);

    private static readonly Gen<byte[]> s_message = Gen.OneOf(
        Gen.Select(s_id, s_method, MessagePackGen.Value, (id, method, body) => (byte[])[0x94, 0, .. id, .. method, .. body]),
        Gen.Select(s_id, MessagePackGen.Value, MessagePackGen.Value, (id, error, result) => (byte[])[0x94, 1, .. id, .. error, .. result]),
        Gen.Select(s_method, MessagePackGen.Value, (method, body) => (byte[])[0x93, 2, .. method, .. body]));

    [Fact]
    public void TryReadUsual_AnyMessageCutAnywhere_SaysWhatTheScannerAndTheWholeMessageSay()
        => Gen.Select(s_message, Gen.Int, Gen.Byte.Array[0, 12]).Sample((message, cut, next) => AssertAgrees(message, cut, next));

    [Fact]
    public void TryReadUsual_MutatedMessage_SaysWhatTheScannerAndTheWholeMessageSay()
        => Gen.Select(s_message, Gen.Int[0, 12], Gen.Byte, Gen.Int).Sample((message, at, change, cut) =>
        {
            byte[] mutated = [.. message];
            mutated[Math.Min(at, mutated.Length - 1)] = change;

            AssertAgrees(mutated, cut, []);
        });

    [Fact]
    public void TryReadUsual_UsualRequestResponseAndNotification_AreRead()
    {
        Assert.True(MessageHead.TryReadUsual(Hex.Bytes("94 00 05 a3 73756d 92 01 02"), out MessageHead request));
        Assert.True(MessageHead.TryReadUsual(Hex.Bytes("94 01 ce00010000 c0 03"), out MessageHead response));
        Assert.True(MessageHead.TryReadUsual(Hex.Bytes("93 02 a3 73756d 92 01 02"), out MessageHead notification));

        Assert.Equal((MessageKind.Request, 5, "sum"), (request.Kind, request.MessageId, System.Text.Encoding.UTF8.GetString(request.Method)));
        Assert.Equal((MessageKind.Response, 65536, 7), (response.Kind, response.MessageId, response.BodyStart));
        Assert.Equal((MessageKind.Notification, "sum"), (notification.Kind, System.Text.Encoding.UTF8.GetString(notification.Method)));
    }

    private static void AssertAgrees(byte[] message, int cut, byte[] next)
    {
        byte[] received = [.. message, .. next];
        ReadOnlySpan<byte> first = received.AsSpan(0, (int)((uint)cut % (uint)(received.Length + 1)));

        if (!MessageHead.TryReadUsual(first, out MessageHead usual))
        {
            return;
        }

        var scanner = new FrameScanner(MaxSize, MaxDepth);
        FrameStatus status = scanner.Scan(received, out int length);
        var skipping = new FrameScanner(MaxSize, MaxDepth);
        skipping.Skip(usual.BodyStart, usual.ValuesLeft);

        FrameStatus statusOfFirst = skipping.Scan(first, out int lengthOfFirst);

        if (statusOfFirst == FrameStatus.NeedMore)
        {
            Assert.Equal((status, length), (skipping.Scan(received, out int skippingLength), skippingLength));
        }
        else
        {
            Assert.Equal((status, length), (statusOfFirst, lengthOfFirst));
        }

        if (status != FrameStatus.Complete)
        {
            return;
        }

        Assert.True(MessageHead.TryRead(received.AsSpan(0, length), out MessageHead whole));
        Assert.Equal((whole.Kind, whole.MessageId, whole.MethodIsText, whole.BodyStart), (usual.Kind, usual.MessageId, usual.MethodIsText, usual.BodyStart));
        Assert.Equal(whole.Method, usual.Method);
    }
}
