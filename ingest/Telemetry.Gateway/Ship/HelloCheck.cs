using Google.Protobuf;
using Telemetry.Gateway.Authentication;
using Telemetry.Grpc;
using Telemetry.Protos;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway.Ship;

/// <summary>
/// Decides over a Hello. A lifetime is the hash of an instance and a boot, so that whoever may speak for the instance proves
/// with the boot's id that a lifetime is the instance's own: the gateway remembers nothing.
/// </summary>
internal static class HelloCheck
{
    /// <summary>OK and an identity, or the status that ends the call. Does not throw.</summary>
    public static GrpcStatus Check(ReadOnlyMemory<byte> message, Caller caller, out CallIdentity? identity)
    {
        identity = null;
        if (!ShipMessage.TryRead(message, out var request) || request.Kind != ShipMessageKind.Hello)
        {
            return Invalid("The first message is no Hello.");
        }

        Hello hello;
        try
        {
            hello = Hello.Parser.ParseFrom(request.Content.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return Invalid("The Hello does not decode.");
        }

        var problem = FindProblem(hello, caller);
        if (problem.IsOk)
        {
            identity = new((Lane)hello.Lane, hello.Identity.InstanceId, caller.TenantOr(hello.Identity.Tenant),
                Lifetimes(hello));
        }

        return problem;
    }

    private static GrpcStatus FindProblem(Hello hello, Caller caller)
    {
        if (hello.ProtocolVersion != HelloRules.ProtocolVersion)
        {
            return new(StatusCode.FailedPrecondition,
                $"Protocol version {hello.ProtocolVersion} is not spoken here; this gateway speaks {HelloRules.ProtocolVersion}.");
        }

        if (HelloRules.FindProblem(hello) is { } problem)
        {
            return Invalid(problem);
        }

        var who = hello.Identity;
        if (who.Tenant.Length > 0 && !HelloRules.IsName(who.Tenant))
        {
            return Invalid("The tenant has to be at most 256 printable characters.");
        }

        if (who.LifetimeId.Length > 0
            && !who.LifetimeId.Span.SequenceEqual(LifetimeId.From(who.InstanceId, who.BootId).ToByteArray()))
        {
            return Invalid("The lifetime_id is not that of the instance_id and boot_id.");
        }

        return caller.MaySpeakFor(who.InstanceId)
            ? GrpcStatus.Ok
            : new(StatusCode.PermissionDenied, "The bearer token is another instance's.");
    }

    private static HashSet<LifetimeId> Lifetimes(Hello hello)
    {
        HashSet<LifetimeId> lifetimes = [LifetimeId.From(hello.Identity.InstanceId, hello.Identity.BootId)];
        foreach (var former in hello.Former)
        {
            lifetimes.Add(LifetimeId.From(hello.Identity.InstanceId, former.BootId));
        }

        return lifetimes;
    }

    private static GrpcStatus Invalid(string problem) => new(StatusCode.InvalidArgument, problem);
}
