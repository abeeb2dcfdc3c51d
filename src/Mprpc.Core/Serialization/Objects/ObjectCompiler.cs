using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// Makes the code that reads and writes a type at run time, where no generator has made it at compile time: a loop over the members that were sent, then the
/// constructor.
/// </summary>
[RequiresDynamicCode("Compiles at run time. Use the source generator under native AOT.")]
[UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The generic parameters have no requirements.")]
[UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "As above.")]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Formatters keep their constructors.")]
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Not reached under native AOT; without it nothing of a contract is trimmed.")]
internal sealed class ObjectCompiler(ReflectedObject model)
{
    private static readonly ParameterExpression Writer = Expression.Parameter(typeof(MessagePackWriter).MakeByRefType(), "writer");
    private static readonly ParameterExpression Reader = Expression.Parameter(typeof(MessagePackReader).MakeByRefType(), "reader");
    private static readonly ParameterExpression Options = Expression.Parameter(typeof(MessagePackSerializerOptions), "options");

    private readonly ParameterExpression _value = Expression.Parameter(model.Type, "value");

    /// <summary>Writes a value that is not null.</summary>
    public WriteObject<T> CompileWriting<T>()
    {
        List<Expression> body = [];

        if (typeof(IMessagePackSerializationCallbackReceiver).IsAssignableFrom(model.Type))
        {
            body.Add(CallBack(nameof(IMessagePackSerializationCallbackReceiver.OnBeforeSerialize)));
        }

        if (model.IsMap)
        {
            ReflectedMember[] readable = [.. model.Members.Where(member => member.IsReadable)];
            body.Add(Helper(nameof(ObjectValues.WriteMapHeader), Writer, Expression.Constant(readable.Length)));

            foreach (ReflectedMember member in readable)
            {
                body.Add(Helper(nameof(ObjectValues.WriteKey), Writer, Expression.Constant(Encoding.UTF8.GetBytes(member.KeyText))));
                body.Add(WriteMember(member));
            }
        }
        else
        {
            int length = model.Members.Count == 0 ? 0 : model.Members.Max(member => (int)member.Key!) + 1;
            body.Add(Helper(nameof(ObjectValues.WriteArrayHeader), Writer, Expression.Constant(length)));

            for (int index = 0; index < length; index++)
            {
                body.Add(model.Members.FirstOrDefault(known => index.Equals(known.Key)) is { IsReadable: true } member
                    ? WriteMember(member)
                    : Helper(nameof(ObjectValues.WriteNil), Writer));
            }
        }

        return Expression.Lambda<WriteObject<T>>(Expression.Block(body), Writer, _value, Options).Compile();
    }

    /// <summary>Reads a value that is not nil.</summary>
    public ReadObject<T> CompileReading<T>()
    {
        ReflectedMember[] members = [.. model.Members.Where(member => member.IsWritable || member.Filling is not null || model.Taken.Contains(member))];
        ParameterExpression[] values = [.. members.Select((member, i) => Expression.Variable(member.Type, $"value{i}"))];
        ParameterExpression[] has = [.. members.Select((_, i) => Expression.Variable(typeof(bool), $"has{i}"))];
        ParameterExpression count = Expression.Variable(typeof(int), "count");
        ParameterExpression index = Expression.Variable(typeof(int), "index");
        LabelTarget end = Expression.Label();

        Expression which = model.IsMap
            ? Helper(nameof(ObjectValues.FindKey), Reader, Expression.Constant(members.Select(member => Encoding.UTF8.GetBytes(member.KeyText)).ToArray()))
            : Helper(nameof(ObjectValues.FindIndex), index, Expression.Constant(members.Select(member => (int)member.Key!).ToArray()));
        SwitchCase[] cases = [.. members.Select((member, i) => Expression.SwitchCase(
            Expression.Block(typeof(void), Expression.Assign(values[i], ReadMember(member)), Expression.Assign(has[i], Expression.Constant(true))),
            Expression.Constant(i)))];
        Expression skip = Helper(nameof(ObjectValues.Skip), Reader);

        List<Expression> body =
        [
            Helper(nameof(ObjectValues.EnterObject), Reader, Options),
            Expression.Assign(count, Helper(model.IsMap ? nameof(ObjectValues.ReadMapHeader) : nameof(ObjectValues.ReadArrayHeader), Reader)),
            Expression.Loop(
                Expression.IfThenElse(
                    Expression.LessThan(index, count),
                    Expression.Block(
                        cases.Length == 0 ? Expression.Block(which, skip) : Expression.Switch(typeof(void), which, skip, comparison: null, cases),
                        Expression.PreIncrementAssign(index)),
                    Expression.Break(end)),
                end),
            Helper(nameof(ObjectValues.LeaveObject), Reader),
            .. Construct(members, values, has),
        ];

        return Expression.Lambda<ReadObject<T>>(Expression.Block(model.Type, [_value, .. values, .. has, count, index], body), Reader, Options).Compile();
    }

    private IEnumerable<Expression> Construct(ReflectedMember[] members, ParameterExpression[] values, ParameterExpression[] has)
    {
        IEnumerable<Expression> arguments = model.Constructor is null ? [] : model.Constructor.GetParameters()
            .Select((parameter, i) => Expression.Convert(values[Array.IndexOf(members, model.Taken[i])], parameter.ParameterType));

        yield return Expression.Assign(_value, model.Constructor is null ? Expression.Default(model.Type) : Expression.New(model.Constructor, arguments));

        for (int i = 0; i < members.Length; i++)
        {
            if (model.Taken.Contains(members[i]))
            {
                continue;
            }

            // A member that was not sent keeps the value of its initializer.
            Expression set = members[i] is { Filling: { } element }
                ? Expression.Call(
                    typeof(MprpcFormatting).GetMethod(nameof(MprpcFormatting.Fill))!.MakeGenericMethod(element),
                    Expression.Convert(Member(members[i]), typeof(ICollection<>).MakeGenericType(element)),
                    Expression.Convert(values[i], typeof(IEnumerable<>).MakeGenericType(element)))
                : Set(members[i], values[i]);
            yield return Expression.IfThen(has[i], set);
        }

        if (typeof(IMessagePackSerializationCallbackReceiver).IsAssignableFrom(model.Type))
        {
            yield return CallBack(nameof(IMessagePackSerializationCallbackReceiver.OnAfterDeserialize));
        }

        yield return _value;
    }

    private Expression Set(ReflectedMember member, Expression value)
        => member.Member is PropertyInfo property ? Expression.Call(Owner(member), DeclaredSetter(property), value) : Expression.Assign(Member(member), value);

    private MethodCallExpression WriteMember(ReflectedMember member)
        => FormatterOf(member) is { } formatter
            ? Expression.Call(formatter, nameof(IMessagePackFormatter<int>.Serialize), [], Writer, Member(member), Options)
            : Expression.Call(typeof(ObjectValues), nameof(ObjectValues.Write), [member.Type], Writer, Member(member), Options);

    private static MethodCallExpression ReadMember(ReflectedMember member)
        => FormatterOf(member) is { } formatter
            ? Expression.Call(formatter, nameof(IMessagePackFormatter<int>.Deserialize), [], Reader, Options)
            : Expression.Call(typeof(ObjectValues), nameof(ObjectValues.Read), [member.Type], Reader, Options);

    private static ConstantExpression? FormatterOf(ReflectedMember member)
        => member.Formatter is not { } attribute ? null
            : Expression.Constant(
                Activator.CreateInstance(
                    attribute.FormatterType.IsGenericTypeDefinition
                        ? attribute.FormatterType.MakeGenericType(member.Type.GenericTypeArguments)
                        : attribute.FormatterType,
                    attribute.Arguments),
                typeof(IMessagePackFormatter<>).MakeGenericType(member.Type));

    /// <summary>Tells the object that it is written, or was read.</summary>
    private MethodCallExpression CallBack(string method)
        => Expression.Call(Expression.Convert(_value, typeof(IMessagePackSerializationCallbackReceiver)), method, []);

    private MemberExpression Member(ReflectedMember member) => Expression.MakeMemberAccess(Owner(member), member.Member);

    private Expression Owner(ReflectedMember member)
        => member.Member.DeclaringType == model.Type ? _value : Expression.Convert(_value, member.Member.DeclaringType!);

    // Of a property that a base class declares, the derived type's reflection does not show a private setter.
    private static MethodInfo DeclaredSetter(PropertyInfo property) => property.GetSetMethod(nonPublic: true)!;

    private static MethodCallExpression Helper(string name, params Expression[] arguments) => Expression.Call(typeof(ObjectValues), name, [], arguments);
}
