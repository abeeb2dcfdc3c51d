namespace Mprpc.AspNetCore;

/// <summary>What a target names.</summary>
internal enum TargetKind
{
    All,
    AllExcept,
    Groups,
    Users,
    Connection,
}
