using System.ComponentModel.DataAnnotations;
using Mprpc.AspNetCore;

namespace Mprpc.Contracts.Aot;

/// <summary>What filters see of parameters and arguments, and what callers are told of methods.</summary>
internal static class ArgumentChecks
{
    public static async Task<List<string>> FindWrongAsync()
    {
        List<string> seen = [];
        await using var host = await ContractHost<IDelivery>.StartAsync(
            app => app.MapMprpcService<Delivery>(0)
                .WithEndpoint(endpoint => endpoint.Inspect = MprpcInspect.Everyone)
                .AddFilter((call, next) =>
                {
                    seen.Add(string.Join(' ', call.Parameters.Select((parameter, i) => Describe(parameter, call.GetArgument(i)))));
                    call.SetArgument(1, (object)((Parcel)call.GetArgument(1)! with { Name = "changed" }));
                    return next(call);
                }),
            services => services.AddSingleton<Delivery>());

        string whole = await host.Client.SendAsync(3, new Parcel("box", [1, 2]), Size.Small, "a", "b");
        string left = await host.Untyped.CallAsync<string>("send", 3, new Parcel("box", [1, 2]));
        string document = (await host.Untyped.CallAsync<MprpcRaw>("$/inspect")).ToString();

        (string Expected, string Actual)[] all =
        [
            ("3 changed Small a,b", whole),
            ("3 changed Large ", left),
            ("count Int32 RangeAttribute 3; parcel Parcel RequiredAttribute 2; size Nullable`1  Small; notes String[]  2;", seen[0]),
            ("count Int32 RangeAttribute 3; parcel Parcel RequiredAttribute 2; size Nullable`1  Large; notes String[]  0;", seen[1]),
        ];
        List<string> wrong = [.. all.Where(one => one.Expected != one.Actual).Select(one => $"'{one.Actual}' instead of '{one.Expected}'")];

        if (!document.Contains("""["int32","count"],["Parcel","parcel"],["Size?","size"],["list<str>","notes"]""", StringComparison.Ordinal))
        {
            wrong.Add($"the description is {document}");
        }

        return wrong;
    }

    private static string Describe(MprpcParameterInfo parameter, object? value)
    {
        string attributes = string.Join(',', parameter.Attributes.OfType<ValidationAttribute>().Select(attribute => attribute.GetType().Name));
        object? told = value is Parcel parcel ? parcel.Weights.Length : value is string[] notes ? notes.Length : value;
        return $"{parameter.Name} {parameter.Type.Name} {attributes} {told};";
    }
}
