using Xunit.Sdk;
using Xunit.v3;

// One application at a time: the SDK listens to all meters of the process, takes those of one name for the same, and ends them with the first that is
// disposed. An application has a process of its own.
[assembly: Parallelization(Mode = ParallelMode.None)]
