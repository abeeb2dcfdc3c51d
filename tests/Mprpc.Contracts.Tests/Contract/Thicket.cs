namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Written by the serializer's formatters; its two twigs may be the same.</summary>
public sealed class Thicket
{
    public LinkedList<Thicket> Twigs { get; set; } = new();

    public static Thicket Of(int levels)
    {
        var thicket = new Thicket();

        for (int i = 1; i < levels; i++)
        {
            var above = new Thicket();
            above.Twigs.AddLast(thicket);
            above.Twigs.AddLast(thicket);
            thicket = above;
        }

        return thicket;
    }
}
