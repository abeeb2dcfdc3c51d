using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mprpc.AspNetCore.Configuration;

/// <summary>
/// The files of the configuration that could not be read when they changed: until they can, their settings are missing, which must not be taken for defaults.
/// </summary>
/// <remarks>Such a change raises no reload; only the file's own source tells. What the application itself does about it is left to it.</remarks>
internal sealed class ConfigurationFiles : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IConfiguration _configuration;
    private readonly Action<string?, Exception> _onUnread;
    private readonly HashSet<FileConfigurationSource> _watched = [];

    // With what tells that one has been read again; null where the application ignores the failure, which then looks like a reload.
    private readonly Dictionary<FileConfigurationProvider, IChangeToken?> _unread = [];

    public ConfigurationFiles(IConfiguration configuration, Action<string?, Exception> onUnread)
    {
        _configuration = configuration;
        _onUnread = onUnread;
        Watch();
    }

    /// <summary>The path of a file that has not been read since it could not be, or null.</summary>
    public string? FindUnread()
    {
        Watch();

        lock (_gate)
        {
            foreach ((FileConfigurationProvider provider, IChangeToken? reload) in _unread)
            {
                // What could not be read has left nothing.
                if (reload is { HasChanged: true } || provider.GetChildKeys([], parentPath: null).Any())
                {
                    _unread.Remove(provider);
                }
            }

            return _unread.Keys.FirstOrDefault()?.Source.Path;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (FileConfigurationSource source in _watched)
            {
                source.OnLoadException -= OnLoadException;
            }

            _watched.Clear();
        }
    }

    /// <summary>The sources, which may have become more.</summary>
    private void Watch()
    {
        lock (_gate)
        {
            foreach (FileConfigurationSource source in SourcesOf(_configuration).Where(_watched.Add))
            {
                source.OnLoadException += OnLoadException;
            }
        }
    }

    private void OnLoadException(FileLoadExceptionContext context)
    {
        lock (_gate)
        {
            _unread[context.Provider] = context.Ignore ? null : context.Provider.GetReloadToken();
        }

        _onUnread(context.Provider.Source.Path, context.Exception);
    }

    private static IEnumerable<FileConfigurationSource> SourcesOf(IConfiguration configuration)
        => configuration is not IConfigurationRoot root ? [] : root.Providers.SelectMany(static provider => provider switch
        {
            FileConfigurationProvider file => [file.Source],
            ChainedConfigurationProvider chained => SourcesOf(chained.Configuration),
            _ => [],
        });
}
