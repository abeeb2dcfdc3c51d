namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Written by generated code where that is; its two members may be the same.</summary>
public sealed class Twin
{
    public Twin? First { get; set; }

    public Twin? Second { get; set; }

    public static Twin Of(int levels)
    {
        var twin = new Twin();

        for (int i = 1; i < levels; i++)
        {
            twin = new Twin { First = twin, Second = twin };
        }

        return twin;
    }
}
