namespace Mprpc.Tool.Descriptions;

/// <summary>Reads types: those of docs/protocol.md 10.11, and those of neovim's API metadata, whose keys the description has.</summary>
internal sealed class TypeParser
{
    private const int MaxDepth = 64;

    private readonly string _text;
    private int _position;

    private TypeParser(string text) => _text = text;

    /// <summary>Reads a type. What cannot be read is <c>any</c>: a description of a foreign server is no reason to refuse its methods.</summary>
    public static TypeExpression Parse(string text)
    {
        var parser = new TypeParser(text);
        return parser.TryRead(depth: 0, out TypeExpression type) && parser._position == text.Length ? type : TypeExpression.Any;
    }

    private bool TryRead(int depth, out TypeExpression type)
    {
        type = TypeExpression.Any;
        string name = Name();
        List<TypeExpression> arguments = [];

        if (name.Length == 0 || depth > MaxDepth)
        {
            return false;
        }

        if (TakeAny("<(") is { } open)
        {
            do
            {
                TakeWhile(char.IsWhiteSpace);

                if (!TryRead(depth + 1, out TypeExpression argument))
                {
                    return false;
                }

                arguments.Add(argument);
                TakeWhile(char.IsWhiteSpace);
            }
            while (TakeAny(",") is not null);

            if (TakeAny(open == '<' ? ">" : ")") is null)
            {
                return false;
            }
        }

        type = InOurWords(name, arguments) with { IsNullable = TakeAny("?") is not null };
        return true;
    }

    /// <summary>neovim's types by the protocol's words. Its handles, as Buffer, are described as such and stay what they are.</summary>
    private static TypeExpression InOurWords(string name, List<TypeExpression> arguments) => name switch
    {
        "Integer" => new("int64", []),
        "Float" => new(TypeNames.Float64, []),
        "Boolean" => new(TypeNames.Boolean, []),
        "String" => new(TypeNames.Text, []),
        "Array" => new(TypeNames.List, [TypeExpression.Any]),
        "ArrayOf" => new(TypeNames.List, [.. arguments.Take(1)]),
        "Dictionary" or "Dict" or "DictAs" or "DictOf" => new(TypeNames.Map, [new(TypeNames.Text, []), TypeExpression.Any]),
        "void" or "Nil" => TypeExpression.Nil,
        "Object" or "LuaRef" or "LuaRefOf" or "Union" or "Enum" or "Tuple" => TypeExpression.Any,
        TypeNames.List or TypeNames.Stream when arguments.Count != 1 => new(name, [TypeExpression.Any]),
        TypeNames.Map when arguments.Count != 2 => new(name, [TypeExpression.Any, TypeExpression.Any]),
        _ => new(name, arguments),
    };

    private string Name()
    {
        int start = _position;
        TakeWhile(c => char.IsLetterOrDigit(c) || c is '_' or '.' or ':' or '\'');
        return _text[start.._position];
    }

    private void TakeWhile(Func<char, bool> isWanted)
    {
        while (_position < _text.Length && isWanted(_text[_position]))
        {
            _position++;
        }
    }

    private char? TakeAny(string characters) => _position < _text.Length && characters.Contains(_text[_position]) ? _text[_position++] : null;
}
