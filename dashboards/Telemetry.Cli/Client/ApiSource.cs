using System.CommandLine;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Client;

/// <summary>Whom a verb asks: the server of <c>--url</c>, or with <c>--store</c> the store itself, without a server.</summary>
internal sealed class ApiSource(CliContext context, ConfigurationSource configuration)
{
    // Its own words: here it is no setting, which a server would have.
    private readonly FlagSet _store = new([Settings.StoreUrl with { Description = "Elasticsearch that is asked itself, without a server." }]);
    private readonly FlagSet _client = new(FlagSet.Client);

    public void AddTo(Command command)
    {
        _client.AddTo(command);
        _store.AddTo(command);
    }

    /// <summary>Opens what the command line says.</summary>
    /// <exception cref="CliFailure">Both are said, or something is wrong with the configuration; exit 2.</exception>
    public async Task<ApiSession> OpenAsync(ParseResult parsed)
    {
        if (!_store.Collect(parsed).Any())
        {
            return new ApiSession(new TelemetryApi(configuration.Load(parsed, _client).Client, context.Transport));
        }

        if (_client.Collect(parsed).FirstOrDefault() is { } client)
        {
            throw CliFailure.Usage($"{client.Origin} is about a server, and --store asks the store without one: only one can be said.");
        }

        var options = configuration.Load(parsed, _store);
        if (options.Engines.Elasticsearch is not { } elastic)
        {
            throw CliFailure.Usage("--store has to name an Elasticsearch: https://HOST:PORT");
        }

        return await ApiSession.OverStoreAsync(context, elastic, options);
    }
}
