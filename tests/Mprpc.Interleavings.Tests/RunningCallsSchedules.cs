using Mprpc.AspNetCore.Security;
using Mprpc.Connections;
using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;

namespace Mprpc.Interleavings.Tests;

public sealed class RunningCallsSchedules
{
    [Fact]
    public void WaitForRoom_WhileTheLastCallEnds_Completes()
        => Explore.Each(() =>
        {
            RunningCalls calls = Create(limit: 1, total: null);
            calls.Add(0);
            Task room = Task.CompletedTask;

            return new Scenario(
                () => Assert.True(room.IsCompleted, "The connection waits for ever."),
                () => room = calls.WaitForRoomAsync(),
                () => calls.Remove(0));
        });

    [Fact]
    public void WaitForNone_WhileTheLastCallsEnd_Completes()
        => Explore.Random(() =>
        {
            RunningCalls calls = Create(limit: 10, total: null);
            calls.Add(0);
            calls.Add(0);
            Task none = Task.CompletedTask;

            return new Scenario(
                () =>
                {
                    Assert.True(none.IsCompleted, "The connection waits for ever.");
                    Assert.Equal(0, calls.Count);
                },
                () => none = calls.WaitForNoneAsync(),
                () => calls.Remove(0),
                () => calls.Remove(0));
        });

    [Fact]
    public void WaitForRoom_WhileACallOfAnotherConnectionEnds_Completes()
        => Explore.Each(() =>
        {
            var total = new RunningCallsTotal(1);
            RunningCalls other = Create(limit: 1, total);
            RunningCalls calls = Create(limit: 1, total);
            other.Add(0);
            Task room = Task.CompletedTask;

            return new Scenario(
                () =>
                {
                    Assert.True(room.IsCompleted, "The connection waits for ever.");
                    Assert.Equal(0, total.Count);
                },
                () => room = calls.WaitForRoomAsync(),
                () => other.Remove(0));
        });

    [Fact]
    public void WaitForRoom_OfTwoConnectionsWhileACallEnds_CompletesForBoth()
        => Explore.Random(() =>
        {
            // Each gives the place back that it gets, so that both get one.
            var total = new RunningCallsTotal(1);
            RunningCalls other = Create(limit: 1, total);
            RunningCalls[] calls = [Create(limit: 1, total), Create(limit: 1, total)];
            other.Add(0);
            Task[] rooms = [Task.CompletedTask, Task.CompletedTask];

            return new Scenario(
                () => Assert.All(rooms, room => Assert.True(room.IsCompleted, "A connection waits for ever.")),
                () => rooms[0] = calls[0].WaitForRoomAsync(),
                () => rooms[1] = calls[1].WaitForRoomAsync(),
                () => other.Remove(0));
        });

    [Fact]
    public void WaitForRoom_WhileACallToThePeerIsMade_Completes()
        => Explore.Each(() =>
        {
            var requests = new InFlightRequests(new ManualClock());
            var calls = new RunningCalls(1, total: null, requests);
            calls.Add(0);
            Task room = Task.CompletedTask;

            return new Scenario(
                () => Assert.True(room.IsCompleted, "The connection does not read the answer that its method waits for."),
                () => room = calls.WaitForRoomAsync(orOnCallToPeer: true),
                () =>
                {
                    new Caller().TryAdd(requests);
                    calls.Recheck();
                });
        });

    private static RunningCalls Create(int limit, RunningCallsTotal? total) => new(limit, total, new InFlightRequests(new ManualClock()));
}
