using Mprpc.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets the options of clients that were added with <c>AddMprpcClient</c>.</summary>
public static class MprpcClientBuilderExtensions
{
    /// <summary>Sets options in code, after the configuration and what was set before.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder ConfigureOptions(this IMprpcClientBuilder builder, Action<MprpcClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Sets options with the help of the application's services.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder ConfigureOptions(this IMprpcClientBuilder builder, Action<IServiceProvider, MprpcClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddOptions<MprpcClientOptions>(builder.Name).Configure<IServiceProvider>((options, services) => configure(services, options));
        return builder;
    }

    /// <summary>Gives the client tokens to log in with; see <see cref="MprpcClientOptions.TokenProvider"/>.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="provider">Gives a token, with the help of the application's services.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder AddTokenProvider(
        this IMprpcClientBuilder builder, Func<IServiceProvider, MprpcTokenContext, CancellationToken, ValueTask<MprpcToken>> provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return builder.ConfigureOptions((services, options)
            => options.TokenProvider = (context, cancellationToken) => provider(services, context, cancellationToken));
    }
}
