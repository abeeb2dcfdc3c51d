using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;

namespace Mprpc.Binding;

/// <summary>
/// Tells which method implements one of an interface explicitly, by the name that the compiler gives it: <c>Namespace.IContract&lt;System.Int32&gt;.Method</c>.
/// </summary>
/// <param name="declared">The interface's method.</param>
/// <param name="interfaces">All interfaces of the class.</param>
internal sealed class ExplicitName(MethodInfo declared, Type[] interfaces)
{
    private readonly string _contract = NameOf(declared.DeclaringType!);
    private readonly HashSet<string> _others = [.. interfaces.Where(other => other != declared.DeclaringType).Select(NameOf)];

    /// <summary>Whether one of the methods is an explicit implementation.</summary>
    /// <param name="methods">Methods of one class or interface, whose parameters fit.</param>
    /// <param name="found">The method; null if it cannot be told which it is.</param>
    public bool IsAmong(IEnumerable<MethodInfo> methods, out MethodInfo? found)
    {
        MethodInfo[] candidates = [.. methods.Where(method => !method.IsPublic && method.ReturnType == declared.ReturnType && IsNamedIn(method) is not false)];
        found = candidates is [{ } only] && IsNamedIn(only) is true ? only : null;
        return candidates.Length > 0;
    }

    /// <summary>Whether the method has the interface in its name; null if it may be another one of the same name.</summary>
    private bool? IsNamedIn(MethodInfo method)
    {
        // F# has hyphens for dots.
        string name = method.Name.Replace('-', '.');

        if (!name.EndsWith($".{declared.Name}", StringComparison.Ordinal))
        {
            return false;
        }

        string prefix = name[..^(declared.Name.Length + 1)];
        prefix = prefix[(prefix.LastIndexOf("::", StringComparison.Ordinal) + 1)..].TrimStart(':');

        if (WithoutArguments(prefix) != WithoutArguments(_contract))
        {
            return false;
        }

        if (!_others.Any(other => WithoutArguments(other) == WithoutArguments(_contract)))
        {
            return true;
        }

        string full = WithArgumentsOf(method.DeclaringType!, prefix);
        return _others.Contains(full) ? full == _contract ? null : false : full == _contract ? true : null;
    }

    /// <summary>A type as C# writes it into a name.</summary>
    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter || type.HasElementType)
        {
            return type.IsArray ? $"{NameOf(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]" : type.Name;
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{NameOf(value)}?";
        }

        List<Type> levels = [type];

        while (levels[0].DeclaringType is { } outer)
        {
            levels.Insert(0, outer);
        }

        Queue<Type> arguments = new(type.GetGenericArguments());
        return string.Join('.', levels.Select(level => LevelOf(level.Name, arguments)).Prepend(type.Namespace).Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string LevelOf(string name, Queue<Type> arguments)
    {
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name
            : $"{name[..tick]}<"
                + $"{string.Join(',', Enumerable.Range(0, int.Parse(name.AsSpan(tick + 1), provider: null)).Select(_ => NameOf(arguments.Dequeue())))}>";
    }

    /// <summary>The name in a generic class, which has the class's parameters in it, with what they stand for.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Names of generic parameters need no members.")]
    private static string WithArgumentsOf(Type type, string name)
    {
        if (!type.IsGenericType)
        {
            return name;
        }

        var meanings = type.GetGenericTypeDefinition().GetGenericArguments().Select(parameter => parameter.Name)
            .Zip(type.GetGenericArguments().Select(NameOf)).ToDictionary();
        var text = new StringBuilder();
        int start = 0;

        for (int i = 0; i <= name.Length; i++)
        {
            if (i == name.Length || "<>,[]?".Contains(name[i], StringComparison.Ordinal))
            {
                string part = name[start..i];
                text.Append(start > 0 && meanings.TryGetValue(part, out string? meaning) ? meaning : part).Append(name, i, i < name.Length ? 1 : 0);
                start = i + 1;
            }
        }

        return text.ToString();
    }

    /// <summary>The name without type arguments, whose number F# writes.</summary>
    private static string WithoutArguments(string name)
    {
        var text = new StringBuilder();
        int depth = 0;

        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] == '<' ? 1 : 0;

            if (name[i] == '`')
            {
                while (i + 1 < name.Length && char.IsAsciiDigit(name[i + 1]))
                {
                    i++;
                }
            }
            else if (depth == 0 && name[i] != '@')
            {
                text.Append(name[i]);
            }

            depth -= name[i] == '>' ? 1 : 0;
        }

        return text.ToString();
    }
}
