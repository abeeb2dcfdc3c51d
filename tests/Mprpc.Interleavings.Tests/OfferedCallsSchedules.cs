using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;

namespace Mprpc.Interleavings.Tests;

/// <summary>Calls that wait because their peer has as many as it takes (docs/protocol.md 10.5): none is forgotten, and no more are in flight.</summary>
public sealed class OfferedCallsSchedules
{
    [Fact]
    public void Window_CallComesWhileTheOneBeforeIsAnswered_IsSent()
        => Explore.Each(() =>
        {
            var peer = new Peer(takes: 1);
            Caller first = peer.AddAtOnce()!;

            return new Scenario(
                () => Assert.Single(peer.Output.Sent),
                () => Caller.TryAnswer(peer.Requests, first.MessageId, 1),
                () => peer.AddInTurn());
        });

    [Fact]
    public void Window_CallComesWhileTheOneBeforeIsCancelled_IsSent()
        => Explore.Each(() =>
        {
            var peer = new Peer(takes: 1);
            Caller first = peer.AddAtOnce()!;

            return new Scenario(
                () => Assert.Single(peer.Output.Sent),
                () => peer.Cancel(first),
                () => peer.AddInTurn());
        });

    [Fact]
    public void Window_CallsComeInBothWaysWhileOneIsAnswered_AreNeverMoreThanThePeerTakes()
        => Explore.Random(() =>
        {
            var peer = new Peer(takes: 2);
            Caller first = peer.AddAtOnce()!;
            peer.AddAtOnce();
            int most = 0;
            Caller? late = null;

            return new Scenario(
                () =>
                {
                    // The one that was answered, the other one, and what has come since.
                    int inFlight = peer.Output.Sent.Count + (late is null ? 1 : 2);
                    Assert.InRange(inFlight, 2, 2);
                    Assert.InRange(most, 0, 2);
                },
                () => Caller.TryAnswer(peer.Requests, first.MessageId, 1),
                () => peer.AddInTurn(),
                () =>
                {
                    late = peer.AddAtOnce();
                    most = peer.Output.Sent.Count + (late is null ? 1 : 2);
                });
        });

    [Fact]
    public void Window_OneThatWaitsIsGivenUpWhileItsPlaceComes_TheNextIsSent()
        => Explore.Random(() =>
        {
            var peer = new Peer(takes: 1);
            Caller first = peer.AddAtOnce()!;
            Caller second = peer.AddInTurn();
            peer.AddInTurn();

            return new Scenario(
                () =>
                {
                    // The second may have been sent before it was given up: then its place is free as well.
                    Assert.Contains(peer.Output.Sent, sent => sent.Length == 3);
                    Assert.InRange(peer.Output.Sent.Count, 1, 2);
                },
                () => Caller.TryAnswer(peer.Requests, first.MessageId, 1),
                () => peer.Cancel(second));
        });

    [Fact]
    public void Elsewhere_OneThatLooksForAPlaceWhileACallLeaves_FindsItOrIsTold()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            requests.ChangeLimit(1);
            var first = new Caller();
            Assert.True(first.TryAdd(requests));
            bool isAwaited = false;
            bool hasPlace = false;

            // What a pool of connections does.
            requests.OnLeft = () =>
            {
                if (Volatile.Read(ref isAwaited))
                {
                    Look();
                }
            };

            return new Scenario(
                () => Assert.True(hasPlace, "Who waits is never told."),
                () => Caller.TryAnswer(requests, first.MessageId, 1),
                () =>
                {
                    Volatile.Write(ref isAwaited, true);
                    requests.WatchPlaces();
                    Interlocked.MemoryBarrier();
                    Look();
                });

            void Look()
            {
                if (requests.Count < requests.Limit)
                {
                    hasPlace = true;
                }
            }
        });

    [Fact]
    public void Elsewhere_TwoBeginToWaitWhileACallLeaves_BothFindThePlaceOrAreTold()
        => Explore.Random(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            requests.ChangeLimit(1);
            var first = new Caller();
            Assert.True(first.TryAdd(requests));
            bool[] isAwaited = new bool[2];
            bool[] hasPlace = new bool[2];

            for (int i = 0; i < 2; i++)
            {
                int which = i;
                requests.OnLeft += () =>
                {
                    if (Volatile.Read(ref isAwaited[which]))
                    {
                        Look(which);
                    }
                };
            }

            return new Scenario(
                () => Assert.Equal([true, true], hasPlace),
                () => Caller.TryAnswer(requests, first.MessageId, 1),
                () => Wait(0),
                () => Wait(1));

            void Wait(int which)
            {
                Volatile.Write(ref isAwaited[which], true);
                requests.WatchPlaces();
                Interlocked.MemoryBarrier();
                Look(which);
            }

            void Look(int which)
            {
                if (requests.Count < requests.Limit)
                {
                    hasPlace[which] = true;
                }
            }
        });

    /// <summary>A connection to a peer that takes so many calls.</summary>
    private sealed class Peer
    {
        private readonly CallWindow _window;
        private int _made;

        public Peer(int takes)
        {
            Requests = new InFlightRequests(new ManualClock());
            Requests.ChangeLimit(takes);
            Output = new MessageOutput();
            _window = new CallWindow(Requests, Output);
            Requests.OnLeft = _window.OnLeft;
            Requests.OnGivenUp = _window.Release;
        }

        public InFlightRequests Requests { get; }

        public MessageOutput Output { get; }

        /// <summary>A call that is sent at once, or not at all.</summary>
        public Caller? AddAtOnce()
        {
            var call = new Caller();
            return call.TryAdd(Requests) ? call : null;
        }

        /// <summary>A call that waits its turn; the length of its request is how many of them there were before, and one.</summary>
        public Caller AddInTurn()
        {
            var call = new Caller();
            call.Call.WaitsForPlace = true;
            call.Call.RequestBytes = PendingCall.Unsent;
            Assert.True(call.TryAdd(Requests));
            var request = new MprpcWriter();
            request.WriteEncoded(new byte[2 + _made++]);
            Assert.True(_window.TrySend(call.MessageId, request));
            return call;
        }

        public void Cancel(Caller call)
        {
            if (Requests.Remove(call.Call))
            {
                Requests.GiveUp(call.Call, new OperationCanceledException());
            }
        }
    }
}
