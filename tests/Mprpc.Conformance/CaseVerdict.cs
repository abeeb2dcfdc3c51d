namespace Mprpc.Conformance;

/// <summary>How a case ended.</summary>
public enum CaseVerdict
{
    /// <summary>As expected.</summary>
    Pass,

    /// <summary>Otherwise.</summary>
    Fail,

    /// <summary>Not tried: no endpoint with the case's profile, or a client without the needed hook.</summary>
    Skip,
}
