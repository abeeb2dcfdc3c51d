using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Security;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>How many verdicts of calls' credentials are kept, for how long, and for whom.</summary>
public sealed class CredentialVerdictsTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Verdicts_OfManyCredentials_AreBoundedAndTheLeastUsedGoes()
    {
        var verdicts = new CredentialVerdicts(_clock);

        for (int i = 0; i < CredentialVerdicts.MaxKept; i++)
        {
            verdicts.Keep(Hash(i), Caller.Anonymous());
        }

        bool used = verdicts.TryFind(Hash(0), out _);
        verdicts.Keep(Hash(-1), Caller.Anonymous());

        Assert.True(used);
        Assert.Equal(1024, verdicts.Count);
        Assert.Equal((true, false, true), (Has(verdicts, 0), Has(verdicts, 1), Has(verdicts, -1)));
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(3600, 300)]
    [InlineData(null, 300)]
    public void Verdict_OfACredential_IsKeptNoLongerThanThatIsValidAndFiveMinutes(int? seconds, int kept)
    {
        var verdicts = new CredentialVerdicts(_clock);
        verdicts.Keep(Hash(1), new Caller(principal: null, scheme: null, seconds is { } time ? _clock.GetUtcNow() + TimeSpan.FromSeconds(time) : null));

        _clock.Advance(TimeSpan.FromSeconds(kept) - TimeSpan.FromTicks(1));
        bool before = Has(verdicts, 1);
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.Equal((true, false, 0), (before, Has(verdicts, 1), verdicts.Count));
    }

    [Fact]
    public void Verdict_OfOneConnection_IsNoneOfAnother()
    {
        var verdicts = new CredentialVerdicts(_clock);
        verdicts.Keep(CredentialHash.Of(1, "Bearer x"u8), Caller.Anonymous());

        Assert.False(verdicts.TryFind(CredentialHash.Of(2, "Bearer x"u8), out _));
        Assert.False(verdicts.TryFind(CredentialHash.Of(1, "Bearer y"u8), out _));
        Assert.True(verdicts.TryFind(CredentialHash.Of(1, "Bearer x"u8), out _));
    }

    [Fact]
    public async Task Verdicts_OfManyThreads_StayBounded()
    {
        var verdicts = new CredentialVerdicts(_clock);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                verdicts.Keep(Hash((thread * 500) + i), Caller.Anonymous());
                verdicts.TryFind(Hash(i), out _);
            }
        }))).InTime();

        Assert.Equal(CredentialVerdicts.MaxKept, verdicts.Count);
    }

    private static bool Has(CredentialVerdicts verdicts, int number) => verdicts.TryFind(Hash(number), out _);

    private static CredentialHash Hash(int number) => CredentialHash.Of(1, BitConverter.GetBytes(number));
}
