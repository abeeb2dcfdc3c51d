// What the linked files take for the atomic operations of .NET. Lock has no alias: the lock statement knows it by its name and namespace.
global using Interlocked = Mprpc.Interleavings.Tests.Stepping.SteppedInterlocked;
global using SpinWait = Mprpc.Interleavings.Tests.Stepping.SteppedSpinWait;
global using ThreadPool = Mprpc.Interleavings.Tests.Stepping.SteppedThreadPool;
global using Volatile = Mprpc.Interleavings.Tests.Stepping.SteppedVolatile;
