using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Telemetry.Protos.V1;

namespace Telemetry.Protos.Tests;

/// <summary>Field numbers and types are the wire: a change here breaks every shipper in the field.</summary>
public partial class ContractTests
{
    private static readonly FileDescriptor[] Files =
    [
        IngestReflection.Descriptor, IdentityReflection.Descriptor, BatchReflection.Descriptor,
        RecordReflection.Descriptor, CrashReflection.Descriptor,
    ];

    [Fact]
    public void FieldNumbersAreFrozen()
    {
        var text = new StringBuilder();
        foreach (var file in Files)
        {
            foreach (var service in file.Services)
            {
                Describe(text, service);
            }

            foreach (var message in file.MessageTypes)
            {
                Describe(text, message);
            }

            foreach (var type in file.EnumTypes)
            {
                Describe(text, type);
            }
        }

        Approved.Matches("contract.txt", text.ToString());
    }

    [Fact]
    public void EveryDeclarationIsDocumented()
    {
        var undocumented = new List<string>();
        var folder = Path.Combine(RepositoryRoot(), "protos", "telemetry", "v1");
        foreach (var file in Directory.EnumerateFiles(folder, "*.proto"))
        {
            undocumented.AddRange(Undocumented(File.ReadAllLines(file)).Select(l => $"{Path.GetFileName(file)}: {l}"));
        }

        Assert.Empty(undocumented);
    }

    /// <summary>A comment stands right above every message, service, method, field and value.</summary>
    private static IEnumerable<string> Undocumented(string[] lines) => lines.Index()
        .Where(l => Declaration().IsMatch(l.Item) && !lines[l.Index - 1].TrimStart().StartsWith("//", StringComparison.Ordinal))
        .Select(l => l.Item);

    [GeneratedRegex(@"^(message|service) |^\s+rpc |^ (?!.*_UNSPECIFIED).*= \d+;$")]
    private static partial Regex Declaration();

    private static void Describe(StringBuilder text, ServiceDescriptor service)
    {
        foreach (var method in service.Methods)
        {
            text.Append($"rpc {service.FullName}/{method.Name}({Stream(method.IsClientStreaming)}{method.InputType.Name})")
                .Append($" returns ({Stream(method.IsServerStreaming)}{method.OutputType.Name})\n");
        }
    }

    private static string Stream(bool streams) => streams ? "stream " : "";

    private static void Describe(StringBuilder text, MessageDescriptor message)
    {
        text.Append($"message {message.FullName}\n");
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            var repeated = field.IsMap ? "map " : field.IsRepeated ? "repeated " : "";
            var oneof = field.RealContainingOneof is { } group ? $" in {group.Name}" : "";
            text.Append($"  {field.FieldNumber} {repeated}{TypeName(field)} {field.Name}{oneof}\n");
        }
    }

    private static string TypeName(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message when field.IsMap => "string,string",
        FieldType.Message => field.MessageType.Name,
        FieldType.Enum => field.EnumType.Name,
        var type => type.ToString().ToLowerInvariant(),
    };

    private static void Describe(StringBuilder text, EnumDescriptor type)
    {
        text.Append($"enum {type.FullName}\n");
        foreach (var value in type.Values)
        {
            text.Append($"  {value.Number} {value.Name}\n");
        }
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Telemetry.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
