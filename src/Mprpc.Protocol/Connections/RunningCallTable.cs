using Mprpc.Dispatch;

namespace Mprpc.Connections;

/// <summary>The calls that run, by msgid. They are linked through the calls themselves, so that adding and removing allocate nothing and search nothing.</summary>
/// <remarks>Not safe for concurrent use. A peer may give a msgid twice; notifications have none and are kept under 0.</remarks>
internal sealed class RunningCallTable
{
    private const int FirstCapacity = 16;

    private RunningCall?[] _buckets = [];
    private int _count;

    public void Add(RunningCall call)
    {
        if (_count >= _buckets.Length)
        {
            Grow();
        }

        _count++;
        Insert(call);
    }

    public void Remove(RunningCall call)
    {
        if (call.Previous is { } previous)
        {
            previous.Next = call.Next;
        }
        else
        {
            BucketOf(call) = call.Next;
        }

        if (call.Next is { } next)
        {
            next.Previous = call.Previous;
        }

        (call.Next, call.Previous) = (null, null);
        _count--;
    }

    public RunningCall? Find(long messageId)
    {
        if (_buckets.Length == 0)
        {
            return null;
        }

        RunningCall? call = _buckets[(int)messageId & (_buckets.Length - 1)];

        while (call is not null && call.MessageId != messageId)
        {
            call = call.Next;
        }

        return call;
    }

    public HeldUpCall? FindHeldUp(long entry) => All().OfType<HeldUpCall>().FirstOrDefault(call => call.Entry == entry);

    public RpcMethod[] Methods() => [.. All().Select(call => call.Method).OfType<RpcMethod>()];

    /// <returns>How many bytes fewer are promised.</returns>
    public long ExpectLittleOfUnknown()
    {
        long less = 0;

        foreach (RunningCall call in All())
        {
            call.Method?.ExpectLittleIfUnknown();
            int expected = call.Method?.ExpectedAnswer ?? 0;

            if (expected < call.Promised)
            {
                less += call.Promised - expected;
                call.Promised = expected;
            }
        }

        return less;
    }

    private IEnumerable<RunningCall> All()
    {
        foreach (RunningCall? first in _buckets)
        {
            for (RunningCall? call = first; call is not null; call = call.Next)
            {
                yield return call;
            }
        }
    }

    private void Insert(RunningCall call)
    {
        ref RunningCall? bucket = ref BucketOf(call);
        call.Next = bucket;
        call.Previous = null;

        if (bucket is not null)
        {
            bucket.Previous = call;
        }

        bucket = call;
    }

    private ref RunningCall? BucketOf(RunningCall call) => ref _buckets[(int)(call.MessageId ?? 0) & (_buckets.Length - 1)];

    private void Grow()
    {
        RunningCall[] all = [.. All()];
        _buckets = new RunningCall?[Math.Max(FirstCapacity, _buckets.Length * 2)];

        // From the last to the first, so that of two with one msgid the later one stays in front.
        foreach (RunningCall call in all.Reverse())
        {
            Insert(call);
        }
    }
}
