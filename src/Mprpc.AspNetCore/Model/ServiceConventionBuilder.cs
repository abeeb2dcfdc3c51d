namespace Mprpc.AspNetCore.Model;

/// <summary>Sets what applies to a mapped service and its listener.</summary>
internal sealed class ServiceConventionBuilder(ServiceRegistration registration, MprpcEndpointOptions endpoint) : IMprpcServiceConventionBuilder
{
    public IMprpcServiceConventionBuilder WithPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        registration.Prefix = prefix;
        return this;
    }

    public IMprpcServiceConventionBuilder WithMetadata(params object[] metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        registration.Conventions.AddRange(metadata);
        return this;
    }

    public IMprpcServiceConventionBuilder WithEndpoint(Action<MprpcEndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(endpoint);
        return this;
    }
}
