using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What the documentation comment of a method says, as plain text.</summary>
internal sealed class Documentation
{
    private static readonly XElement Empty = new("doc");

    private readonly XElement _comment;

    private Documentation(XElement comment) => _comment = comment;

    /// <summary>The text of the summary, or null.</summary>
    public string? Summary => TextOf(_comment.Element("summary"));

    public static Documentation Of(IMethodSymbol method, CancellationToken cancellationToken)
    {
        foreach (SyntaxReference part in method.OriginalDefinition.DeclaringSyntaxReferences)
        {
            if (Lines(part.GetSyntax(cancellationToken)) is { Length: > 0 } lines)
            {
                return new Documentation(Parse(lines));
            }
        }

        // Of other assemblies, if there is a documentation file beside them.
        string? xml = method.OriginalDefinition.GetDocumentationCommentXml(cancellationToken: cancellationToken);
        return new Documentation(string.IsNullOrEmpty(xml) ? Empty : Parse(xml!).Element("member") ?? Empty);
    }

    /// <summary>The texts of parameters that have one: each name followed by its text.</summary>
    public IEnumerable<string> TextsOf(IEnumerable<string> parameters)
        => parameters.SelectMany(name => TextOf(_comment.Elements("param").FirstOrDefault(text => (string?)text.Attribute("name") == name)) is { } text
            ? new[] { name, text }
            : []);

    /// <summary>
    /// Read as text: without a documentation file the compiler takes <c>///</c> for a plain comment, and GetDocumentationCommentXml has nothing of it.
    /// </summary>
    private static string Lines(SyntaxNode declaration)
    {
        var lines = new StringBuilder();

        foreach (string line in declaration.GetLeadingTrivia().ToFullString().Split('\n'))
        {
            string text = line.Trim();

            if (text.StartsWith("///", StringComparison.Ordinal) && !text.StartsWith("////", StringComparison.Ordinal))
            {
                lines.Append(text, 3, text.Length - 3).Append('\n');
            }
        }

        return lines.ToString();
    }

    private static XElement Parse(string comment)
    {
        try
        {
            return XElement.Parse($"<doc>{comment}</doc>", LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            // The compiler warns of it where documentation is wanted.
            return Empty;
        }
    }

    private static string? TextOf(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        string text = Regex.Replace(string.Concat(element.Nodes().Select(TextOf)), @"\s+", " ").Trim();
        return text.Length == 0 ? null : text;
    }

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { IsEmpty: true } reference => NameOf(reference),
        XElement element => string.Concat(element.Nodes().Select(TextOf)),
        _ => string.Empty,
    };

    /// <summary>What a reference refers to, without namespace, parameters and the like.</summary>
    private static string NameOf(XElement reference)
    {
        string name = (string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name") ?? (string?)reference.Attribute("langword")
            ?? (string?)reference.Attribute("href") ?? " ";

        if (reference.Attribute("cref") is null)
        {
            return name;
        }

        string path = name.Split('(')[0];
        return path.Substring(path.LastIndexOfAny(['.', ':']) + 1).Replace('{', '<').Replace('}', '>');
    }
}
