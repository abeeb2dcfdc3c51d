using System.Buffers;
using MessagePack;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Output;

/// <summary>Writes results to the standard output, as <c>-o</c> says.</summary>
internal sealed class ResultWriter(Terminal terminal, OutputMode mode)
{
    /// <summary>Whether JSON is to be written on several lines.</summary>
    public bool IsIndented => mode == OutputMode.Pretty || (mode == OutputMode.Auto && terminal.IsInteractive);

    /// <summary>A result of a call.</summary>
    public void Write(MprpcRaw result)
    {
        switch (mode)
        {
            case OutputMode.None:
                break;
            case OutputMode.Hex:
                terminal.WriteLine(Convert.ToHexStringLower(result.Memory.Span));
                break;
            case OutputMode.Raw when BytesOf(result) is { } bytes:
                terminal.Write(bytes);
                break;
            default:
                WriteJson(MessagePackToJson.Write(result.Memory, IsIndented));
                break;
        }
    }

    /// <summary>Items of a stream are a line each, also on a terminal.</summary>
    public void WriteItem(MprpcRaw item)
    {
        if (mode is OutputMode.Auto or OutputMode.Table)
        {
            string line = MessagePackToJson.Write(item.Memory);
            terminal.WriteLine(terminal.HasColours ? JsonColours.Apply(line) : line);
        }
        else
        {
            Write(item);
        }
    }

    /// <summary>What is JSON already, indented or not as <see cref="IsIndented"/> asks for.</summary>
    public void WriteJson(string json)
    {
        if (mode == OutputMode.None)
        {
            return;
        }

        if (mode == OutputMode.Table && TextTable.Of(json) is { } lines)
        {
            terminal.WriteLine(string.Join('\n', lines));
            return;
        }

        terminal.WriteLine(terminal.HasColours && mode is (OutputMode.Auto or OutputMode.Pretty) ? JsonColours.Apply(json) : json);
    }

    /// <summary>What a text or bytes consist of: a text ends its line, bytes are followed by nothing.</summary>
    private static byte[]? BytesOf(MprpcRaw result)
    {
        var reader = new MessagePackReader(result.Memory);
        return result.Type switch
        {
            MessagePackType.String => [.. reader.ReadStringSequence()!.Value.ToArray(), .. "\n"u8],
            MessagePackType.Binary => reader.ReadBytes()!.Value.ToArray(),
            _ => null,
        };
    }
}
