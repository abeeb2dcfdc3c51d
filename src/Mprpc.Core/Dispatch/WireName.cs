using System.Text;

namespace Mprpc.Dispatch;

/// <summary>Makes the name on the wire from a C# method name.</summary>
internal static class WireName
{
    private const string AsyncSuffix = "Async";

    public static string From(string methodName, MprpcNamingPolicy policy)
    {
        string name = methodName.Length > AsyncSuffix.Length && methodName.EndsWith(AsyncSuffix, StringComparison.Ordinal)
            ? methodName[..^AsyncSuffix.Length]
            : methodName;

        return policy switch
        {
            MprpcNamingPolicy.SnakeCase => ToSnakeCase(name),
            MprpcNamingPolicy.CamelCase => char.ToLowerInvariant(name[0]) + name[1..],
            MprpcNamingPolicy.AsDeclared => name,
            _ => throw new ArgumentOutOfRangeException(
                nameof(policy), policy, "The naming policy must be SnakeCase, CamelCase or AsDeclared. Set MprpcServerOptions.NamingPolicy to one of them."),
        };
    }

    /// <summary>
    /// A new word starts at a capital after a small letter or digit, and at the last capital of a row before a small letter: HTTPServer is http_server.
    /// </summary>
    private static string ToSnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 4);

        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            bool startsWord = i > 0 && char.IsUpper(c) && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));

            if (startsWord)
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}
