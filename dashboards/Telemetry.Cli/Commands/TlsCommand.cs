using System.CommandLine;
using System.Text.Json.Nodes;
using Telemetry.Cli.Options;
using Telemetry.Gateway;
using Telemetry.Gateway.Tls;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry tls create</c>: an authority and a server certificate for those who have none.</summary>
internal static class TlsCommand
{
    public static Command Create(CliContext context, ConfigurationSource configuration) =>
        new("tls", "Manage certificates.") { CreateCreate(context, configuration) };

    private static Command CreateCreate(CliContext context, ConfigurationSource configuration)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "Names and addresses under which servers reach this one.", Arity = ArgumentArity.ZeroOrMore,
        }.RefusingFlags().RefusingBlank();
        var json = JsonOption.Create();
        var flags = new FlagSet(FlagSet.Data);
        var command = new Command("create", "Make a certificate for this server, and an authority for it if there is none.")
        {
            names, json,
        };
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            try
            {
                var data = configuration.Load(parsed, flags).DataDirectory;
                var files = TlsAuthority.Create(data, parsed.GetValue(names) ?? [], context.Time);
                context.Out.WriteLine(parsed.GetValue(json) ? ToJson(files) : ToText(files));
                return ExitCodes.Fine;
            }
            catch (GatewayException e)
            {
                throw CliFailure.Usage(e.Message);
            }
        });
        return command;
    }

    private static string ToJson(TlsFiles files) => new JsonObject
    {
        ["certificate"] = files.CertificateFile, ["key"] = files.KeyFile, ["ca"] = files.CaFile,
    }.ToJsonString();

    private static string ToText(TlsFiles files) =>
        $"""
        here           --tls-cert {files.CertificateFile} --tls-key {files.KeyFile}
        other servers  telemetry-shipper run --gateway https://… --token-file F --ca {files.CaFile}
        """;
}
