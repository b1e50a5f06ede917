using System.CommandLine;
using System.Text.Json.Nodes;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;
using Telemetry.Gateway.Authentication;
using Telemetry.Store;
using Spectre.Console;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry token create|list|revoke</c>: who may deliver and read. Works on the data directory, server or not.</summary>
internal sealed class TokenCommand(CliContext context, ConfigurationSource configuration)
{
    private readonly Option<bool> _json = JsonOption.Create();

    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var token = new TokenCommand(context, configuration);
        return new Command("token", "Manage the tokens that servers deliver with and people read with.")
        {
            token.CreateCreate(), token.CreateList(), token.CreateRevoke(),
        };
    }

    private Command CreateCreate()
    {
        var name = new Argument<string>("NAME") { Description = "For people; unique." }.RefusingFlags().RefusingBlank();
        var instance = new Option<string>("--instance")
        {
            HelpName = "ID", Description = "The only instance that may deliver with it; it then reads nothing. [default: any]",
        }.RefusingBlank();
        var tenant = new Option<string>("--tenant")
        {
            HelpName = "TENANT", Description = "Whose data comes in with it; it then reads nothing. [default: none]",
        };
        var mayPurge = new Option<bool>("--may-purge") { Description = "It may also have stored documents deleted." };
        var command = new Command("create", "Make a token and print it; it is shown only now.") { name, instance, tenant, mayPurge };
        Run(command, (parsed, tokens) =>
        {
            if (parsed.GetValue(mayPurge) && (parsed.GetValue(instance) is not null || parsed.GetValue(tenant) is not null))
            {
                throw CliFailure.Usage("--may-purge does not go with --instance or --tenant: such a token reads nothing");
            }

            var text = tokens.Create(
                parsed.GetValue(name)!, parsed.GetValue(instance), parsed.GetValue(tenant) ?? "", parsed.GetValue(mayPurge));
            return parsed.GetValue(_json)
                ? new JsonObject { ["name"] = parsed.GetValue(name), ["token"] = text }.ToJsonString()
                : text;
        });
        return command;
    }

    private Command CreateList()
    {
        var command = new Command("list", "Show the tokens, without what it takes to use them.");
        Run(command, (parsed, tokens) => parsed.GetValue(_json)
            ? string.Join('\n', tokens.List().Select(token => ToJson(token).ToJsonString()))
            : ToTable(tokens.List()));
        return command;
    }

    private Command CreateRevoke()
    {
        var name = new Argument<string>("NAME") { Description = "Of the token." }.RefusingFlags().RefusingBlank();
        var command = new Command("revoke", "Remove a token; who uses it is cut off within seconds.") { name };
        Run(command, (parsed, tokens) => tokens.Revoke(parsed.GetValue(name)!)
            ? $"Revoked {parsed.GetValue(name)}."
            : throw CliFailure.Failed($"There is no token named '{parsed.GetValue(name)}'."));
        return command;
    }

    private void Run(Command command, Func<ParseResult, TokenStore, string> print) =>
        new GatewayDataVerb<TokenStore>(context, configuration, _json, data => new TokenStore(data, context.Time)).Set(command, print);

    private static JsonObject ToJson(TokenRecord token) => new()
    {
        ["name"] = token.Name,
        ["instance_id"] = token.InstanceId,
        ["tenant"] = token.Tenant,
        ["may_purge"] = token.MayPurge,
        ["created"] = Rfc3339.Format(token.CreatedUnixUs),
    };

    private string ToTable(IEnumerable<TokenRecord> tokens)
    {
        var table = Tables.Create("name", "instance", "tenant", "may purge", "created");
        foreach (var token in tokens)
        {
            var created = ShortTime.Of(Rfc3339.Format(token.CreatedUnixUs));
            table.AddRow([.. new[] { token.Name, token.InstanceId ?? "any", token.Tenant, token.MayPurge ? "yes" : "", created }
                .Select(cell => new Text(cell.Length > 0 ? VisibleText.Of(cell) : "-"))]);
        }

        return Tables.Render(table, context);
    }
}
