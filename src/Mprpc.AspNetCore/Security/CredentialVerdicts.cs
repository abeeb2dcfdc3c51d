using System.Diagnostics.CodeAnalysis;

namespace Mprpc.AspNetCore.Security;

/// <summary>
/// Whose the credentials of calls have been found to be, so that a scheme is not asked for each call. Of those that were refused nothing is kept: nobody drives
/// others out without a valid one. Safe for concurrent use.
/// </summary>
internal sealed class CredentialVerdicts(TimeProvider clock)
{
    public const int MaxKept = 1024;

    // A credential may be revoked before its end, and one without an end can end in no other way.
    public static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<CredentialHash, LinkedListNode<Verdict>> _verdicts = [];
    private readonly LinkedList<Verdict> _byUse = [];     // the latest first

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _verdicts.Count;
            }
        }
    }

    public bool TryFind(in CredentialHash credential, [NotNullWhen(true)] out Caller? caller)
    {
        caller = null;

        lock (_gate)
        {
            if (!_verdicts.TryGetValue(credential, out LinkedListNode<Verdict>? node))
            {
                return false;
            }

            _byUse.Remove(node);

            if (clock.GetUtcNow() >= node.Value.KeptUntil)
            {
                _verdicts.Remove(credential);
                return false;
            }

            _byUse.AddFirst(node);
            caller = node.Value.Caller;
            return true;
        }
    }

    /// <summary>Keeps a verdict, no longer than its credential is valid; the one that was not used for longest makes room.</summary>
    public void Keep(in CredentialHash credential, Caller caller)
    {
        DateTimeOffset latest = clock.GetUtcNow() + LongestKept;
        var verdict = new Verdict(credential, caller, caller.Expires < latest ? caller.Expires.Value : latest);

        lock (_gate)
        {
            if (_verdicts.Remove(credential, out LinkedListNode<Verdict>? earlier))
            {
                _byUse.Remove(earlier);
            }
            else if (_verdicts.Count == MaxKept)
            {
                _verdicts.Remove(_byUse.Last!.Value.Credential);
                _byUse.RemoveLast();
            }

            _verdicts.Add(credential, _byUse.AddFirst(verdict));
        }
    }

    private sealed record Verdict(CredentialHash Credential, Caller Caller, DateTimeOffset KeptUntil);
}
