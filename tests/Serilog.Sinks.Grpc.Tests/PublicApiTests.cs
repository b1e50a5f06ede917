using System.Reflection;
using System.Text;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>Names of parameters are names in configuration files: changing one breaks them silently.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void IsAsApproved()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(GrpcLoggerConfigurationExtensions).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append('\n');
            foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(Describe).OfType<string>().Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        Approved.Matches("public-api.txt", text.ToString());
    }

    [Fact]
    public void DefaultsAreAsApproved()
    {
        var options = new BatchedGrpcSinkOptions();
        var lines = typeof(BatchedGrpcSinkOptions).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{p.Name} = {p.GetValue(options) ?? "null"}\n"));
        Approved.Matches("defaults.txt", string.Concat(lines));
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: false } method when !IsOfRecords(method) =>
            $"{method.ReturnType.Name} {method.Name}({string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{Default(p)}"))})",
        PropertyInfo property when property.Name != "EqualityContract" =>
            $"{Name(property.PropertyType)} {property.Name}{(property.SetMethod is { IsPublic: true } ? " { get; set; }" : " { get; }")}",
        FieldInfo { IsLiteral: true } field => $"const {field.Name} = {field.GetRawConstantValue()}",
        _ => null,
    };

    private static bool IsOfRecords(MethodInfo method) =>
        method.Name is "ToString" or "GetHashCode" or "Equals" or "Deconstruct" || method.Name.StartsWith('<');

    private static string Default(ParameterInfo parameter) => parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "";

    private static string Name(Type type) => Nullable.GetUnderlyingType(type) is { } inner
        ? inner.Name + "?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
