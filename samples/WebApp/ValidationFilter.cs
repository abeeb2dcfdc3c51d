using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Mprpc;

namespace WebApp;

/// <summary>
/// Checks arguments by the DataAnnotations on parameters, and on the members of records in them. A call with an argument that breaks one is answered with the
/// code invalid_params, and its method does not run.
/// </summary>
public class ValidationFilter : IMprpcFilter
{
    public ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        Dictionary<string, string> problems = [];

        for (int i = 0; i < call.Parameters.Count; i++)
        {
            MprpcParameterInfo parameter = call.Parameters[i];
            Check(parameter.Name, call.GetArgument(i), parameter.Attributes, call.Context.Services, problems);
        }

        return problems.Count == 0 ? next(call) : throw new MprpcException(string.Join(' ', problems.Values), "invalid_params", problems);
    }

    private static void Check(
        string name, object? value, IEnumerable<Attribute> attributes, IServiceProvider services, Dictionary<string, string> problems)
    {
        foreach (ValidationAttribute attribute in attributes.OfType<ValidationAttribute>())
        {
            var context = new ValidationContext(value ?? name, services, items: null) { DisplayName = name, MemberName = name };

            if (attribute.GetValidationResult(value, context) is { ErrorMessage: { } problem })
            {
                problems.TryAdd(name, problem);
            }
        }

        if (value is IEnumerable values and not string)
        {
            int index = 0;

            foreach (object? element in values)
            {
                Check($"{name}[{index++}]", element, [], services, problems);
            }
        }
        else if (value is not null && value.GetType() is { IsPrimitive: false, IsEnum: false } type && type.Assembly != typeof(object).Assembly)
        {
            foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanRead && property.GetIndexParameters().Length == 0))
            {
                Check($"{name}.{property.Name}", property.GetValue(value), AttributesOf(type, property), services, problems);
            }
        }
    }

    /// <summary>In <c>record Order([Range(1, 9)] int Count)</c> the attribute stands on the constructor's parameter, not on the property.</summary>
    private static IEnumerable<Attribute> AttributesOf(Type type, PropertyInfo property)
        => type.GetConstructors().SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.Name == property.Name)
            .SelectMany(parameter => parameter.GetCustomAttributes())
            .Concat(property.GetCustomAttributes());
}
