using Telemetry.Store;
using Telemetry.Store.Holds;
using Telemetry.Wire;

namespace Telemetry.Cli.Care;

/// <summary>Where the holds of a store lie. Every method throws <see cref="IOException"/> when that cannot be read or written.</summary>
internal interface IHoldShelf : IDisposable
{
    /// <summary>Where lifetimes are known; for people.</summary>
    string Place { get; }

    /// <summary>Lifetimes that can be held.</summary>
    ILifetimeReader Lifetimes { get; }

    /// <summary>All holds, oldest first.</summary>
    Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancel);

    /// <summary>Places a hold. False when there is one of the lifetime already, which stays as it is.</summary>
    Task<bool> AddAsync(Hold hold, CancellationToken cancel);

    /// <summary>Ends a hold. False when there is none of the lifetime.</summary>
    Task<bool> ReleaseAsync(LifetimeId lifetime, CancellationToken cancel);
}
