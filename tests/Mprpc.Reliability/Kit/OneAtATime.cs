using Xunit.Sdk;
using Xunit.v3;

// Each test measures the time and memory of the machine: they run one after the other.
[assembly: Parallelization(Mode = ParallelMode.None)]
